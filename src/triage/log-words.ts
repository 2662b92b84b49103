const words = `
a abnormally abort aborted aborting aborts above accept accepted access account acpi acquire action activated
activating active adapter add added address admin after again agent alarm alert algorithm algorithms allocate
allocated allocation allowed already an and anonymous antenna apparmor application apt architecture arp array as ascii
assert at ata attach attached attempt attempts audio audit auth authenticate authenticated authenticating
authentication authorized auto avahi available avc await away
backend backup bad balance banned banner batch battery bcache be because been begin below bind bios block blocked
bluetooth boot booting bpf bridge bringing broadcast broken btrfs buffer bug build burst bus but by byte bytes
cable cache call called can cannot capability capacity card carrier caused cdc celsius cert certificate change changed
channel charge check checking checksum child cifs cipher clean cleaning clear client clock close closed closing code
codec cold collision command commit common complete completed compressed config configuration configured conflict
connect connected connecting connection connections console container containerd contains context control controller
copy core correctable corrected corrupt corrupted corruption could count counter cpu crash crashed crc create created
creating critical cron current cut cycle
daemon damaged data database date dbus deactivated dead debug default degraded degrees delay delete deleted denied
dentry depth descriptor desktop detach detached detect detected dev device devices dhclient dhcp did died different
diffie dimm direct directory disable disabled disconnect disconnected discover disk dispatch display dm dma dmesg dns
dnsmasq docker does domain done down download dram drive driver drop dropped dropping dump duplicate during dying
each early ecc edac egress eject empty enable enabled enabling end ended endpoint engine entered entering entries
entry environment eof error errors established eth ethernet euid event events exceeded exception exec execute
exhausted exist exists exit exited expired expires export ext external
fail failed failing failover failsafe failure failures family fan fast fatal fault feature fetch file files filesystem
filter finished firewall firmware flags flash flood flush for force forced fork format found frame framework free
freeze frequency from frozen fs ftp ftpd full function fuse
gateway general generator generic get give giving global good got gpu grant group guest
halt handle handler handshake hang hard hardware has hash have header health heap hellman high highmem hit hmac hold
hook host hostkey hostname hot hour http https hub hung hwmon
i icmp id identification idle if image import in inactive incoming incomplete incorrect info init initialized
initializing inode input install installed integrity intel interface internal interrupt interrupted interval invalid
invoked io ioctl ip ipc ipv irq is isolated issue
job join journal journald
kerberos kernel kex key keyboard kill killed killing klogd kmsg known
last latency layer lease leave left length level limit line link linux list listen listener listening load loaded
loading local lock locked log logged login logname logout long loop loopback lost low lvm
mac machine mail main maintenance malformed manager map mapper mappings martian master match matching max maximum mce
md mdadm mechanism media medium memory message messages metadata method migration min mirror mismatch missing mmc mode
modem module monitor more mount mounted mounting mouse moved mqtt msg mtu multicast must
name nat ncq negotiate neighbour netfilter network networkmanager never new nfs nmi no node nodev non normal not
notice nouveau now ntp null number nvme
object of off offer offline offset ok old on one online oom oops open opened opening operation option or order
originator orphan os other out output over overcurrent overflow overheated overlay overrun own owner
packet packets page pages pairing pam panic parameter parameters parent parity parse partial partition pass passed
password path pause pci pcie peer pending per performance permanent permission permitted phase phy physical pid ping
pipe platform plug pm poll pool port ports post power powered preauth present preserve pressure priority private probe
probing problem process processes processing processor profile program prohibited promiscuous protection protocol
proxy public publickey pull push
query queue quit quota quotas
radio raid ram random range rate raw read reader reading ready reallocated reason reboot rebooting rebuild receive
received recover recovered recovering recovery redo redundancy refused register registered registering reject rejected
release reload reloaded remote remount removable remove removed removing renew repair repaired repeated replace
replaced replay reply report reported reporting request requested requests reserved reset resetting resize resolve
resource respond response restart restarted restarting restore resume resync retries retry retrying return returned
revision revoked rhost rise rising rollback root rotate route router routing rpc rpm rsyslogd rule run running runtime
ruser rx
s safe sandbox sas sata save scan scanning schedule scheduled scheduler scope script scrub scsi sda sdb second seconds
section sector sectors secure security seek segfault segment selinux send sending sense sensor sent sequence serial
server service services session set setting setup several sha share shared shift short shut shutdown signal signature
size skip skipped skipping slave sleep slot slow smart smartd snapshot snmp soa socket soft software source spare
spawn speed spindle split spoofed spurious ssh sshd ssl stack stale stall stalled start started starting startup state
statistics status still stop stopped stopping storage stream stuck su subsystem succeeded success successful sudo
superblock supply support supported suspend swap swapped switch switched sync synchronization synchronized syntax
sysctl syslogd system systemd
table tables tag tainted target task tcp temperature temporary terminated terminating test testing the there thermal
thread threshold throttled throttling throughput time timed timeout timer timestamp tls to token too tool total touch
trace track transaction transfer transition transmit transport trap tree tried trigger trip trouble truncated trying
tty tunnel twice two tx type
udev udp uid unable unauthorized unavailable unclean uncorrect uncorrectable under undervoltage unexpected unhandled
unit unix unknown unlink unlock unmount unmounted unplugged unreachable unrecognized unrecoverable unresponsive unsafe
unsupported until up update updated upgrade upgraded uplink upload upper uptime usable usage usb use used user users
using
valid value variable vendor verification verified verify version vfs via video virtual vlan volt voltage voltages
volume vpn
wait waited waiting wake warning was watchdog weak wear while wifi wireless with within without wlan worker write
writeback writing written wrong
xattr xfs
zero zfs zombie zone zram
`

/**
 * Words that programs print into logs, so that a template can be told to a model without what a stranger wrote into the
 * line (I5): any other word becomes `*`. Words with which a model could be given an order are left out.
 */
export const logWords: ReadonlySet<string> = new Set(words.split(/\s+/).filter((word) => word !== ''))
