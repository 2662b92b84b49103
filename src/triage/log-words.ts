const words = `
a abort above aborted aborting accept accepted access account acpi acquire action active activated activating adapter add added
address admin after again agent alarm alert allocate allocation allowed already an and anonymous antenna apparmor
application apt arp array as ascii assert at ata attach attached attempt attempts audio audit auth authenticated
authenticating authentication authorized auto available avahi avc await away
backend backup bad balance banned banner battery bcache be because been begin below bind block blocked bluetooth boot booting bpf
bridge broadcast broken btrfs buffer bug build burst bus but by byte bytes
cable cache call called cannot capacity card carrier cdc cert certificate change changed channel charge check checking
checksum child clean cleaning clear client clock close closed closing code codec cold collision command commit common
complete completed compressed config configuration configured conflict connect connected connecting connection connections
console container context control controller copy core corrected correctable corrupt corrupted corruption could count
counter cpu crash crashed crc create created creating critical cron current cut cycle
daemon damaged data database date dbus deactivated dead debug default degraded delay delete deleted denied depth descriptor
desktop detach detached detect detected dev device devices dhcp did died different dimm direct directory disable disabled
disconnect disconnected discover disk dispatch display dma dmesg dns docker does domain done down download dram drive driver
drop dropped dropping dump duplicate during dying
each early ecc edac egress eject empty enable enabled end ended endpoint engine entered entering entry eof error errors
established eth ethernet event events exceeded exception exec execute exhausted exist exists exit exited expired expires export ext
external
fail failed failing failover failsafe failure failures fan fatal fault feature fetch file files filesystem filter finished
firewall firmware flash flood flush for force forced fork format found frame free freeze frequency from frozen fs full
function fuse
gateway general generic get give giving global good got gpu grant group guest
halt handle handler handshake hang hard hardware has hash have header health heap high hit hold hook host hostname hot hour
http https hub hung hwmon
i icmp id identification idle if image import in inactive incoming incomplete incorrect info init initialized initializing
inode input install installed integrity interface internal interrupt invoked interrupted interval invalid io ioctl ip ipc ipv irq is
isolated issue
job join journal
kernel kex key keyboard kill killed killing kmsg known
last latency layer lease leave left length level limit line link list listen listener listening load loaded loading local
lock locked log logged login logout long loop lost low lvm
mac machine mail main maintenance malformed manager map mapper martian master match max maximum mce md mdadm media medium
memory message messages metadata method migration min mirror mismatch missing mmc mode modem module monitor mount mounted
mounting mouse moved mqtt msg mtu multicast must
name nat ncq neighbour network never new nfs nmi no node nodev non not notice now ntp null number nvme
object of off offline offset old on one online oom oops open opened opening operation option or order originator orphan os
other out output over overcurrent overflow overheated overlay overrun own owner
packet packets page pages pairing pam panic parameter parent parity parse partial partition pass passed password path pause
pcie peer pending per performance permanent permission permitted phase phy physical ping pipe platform plug pm poll pool port
ports post power powered preauth present preserve pressure priority private probe problem process processes processing
profile program prohibited promiscuous protection protocol proxy public publickey pull push
query queue quit quota
radio raid range rate raw read reader reading ready reallocated reason reboot rebooting receive received recover recovered
recovering recovery redo redundancy refused register registered reject rejected release reload reloaded remote remount
removable remove removed renew repair repaired repeated replace replaced replay reply report reported request requested
requests reserved reset resetting resize resolve resource respond response restart restarted restarting restore resume resync
retries retry retrying return returned revoked rise rising rollback root rotate route router rpc rule run running runtime rx
s safe sandbox sas sata save scan scanning schedule scheduled scheduler scope script scrub scsi sda sdb second seconds section
sector secure security seek segfault segment selinux send sending sense sensor sent sequence serial server service services
session set setting setup several share shared shift short shut shutdown signal signature size skip skipped skipping slave
sleep slot slow smart snapshot socket soft software source spare spawn speed spindle split spoofed spurious sshd ssl stack
stale stall stalled start started starting startup state statistics status still stop stopped stopping storage stream stuck
su subsystem succeeded success successful sudo superblock supply support supported suspend swap swapped switch switched
sync synchronized synchronization syntax sysctl system systemd
table tag tainted target task tcp temperature temporary terminated terminating test thermal thread threshold throttled
throttling throughput time timed timeout timer timestamp tls to token too tool total touch trace track transaction transfer
transition transmit transport trap tree tried trigger trip trouble truncated trying tty tunnel twice two tx type
udev udp uid unable unauthorized unavailable unclean uncorrectable under undervoltage unexpected unhandled unit unknown
unlink unlock unmount unmounted unplugged unreachable unrecognized unrecoverable unresponsive unsafe unsupported until
up update updated upgrade upgraded uplink upload upper uptime usage usb use used user users using
valid value vendor verification verified verify version vfs via video virtual vlan volt voltage volume vpn
wait waited waiting wake warning was watchdog wear weak while wifi wireless with within without wlan worker write writeback
writing written wrong
xattr xfs zero zfs zombie zone zram
`

/**
 * Words that programs print into logs, so that a template can be told to a model without what a stranger wrote into the
 * line (I5): any other word becomes `*`. Words with which a model could be given an order are left out.
 */
export const logWords: ReadonlySet<string> = new Set(words.split(/\s+/).filter((word) => word !== ''))
