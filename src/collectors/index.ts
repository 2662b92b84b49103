import type { Collector } from '../core/collector.ts'
import authJournal from './auth-journal.ts'
import authLog from './auth-log.ts'
import conntrack from './conntrack.ts'
import containers from './containers.ts'
import dhcpLeases from './dhcp-leases.ts'
import homeAssistantLogins from './home-assistant-logins.ts'
import neighbours from './neighbours.ts'
import nmap from './nmap.ts'
import piholeLog from './pihole-log.ts'
import ping from './ping.ts'
import processes from './processes.ts'
import syslogJournal from './syslog-journal.ts'
import syslog from './syslog.ts'
import temperature from './temperature.ts'

/** The registry: one import and one line for each plugin. */
export const collectors: readonly Collector[] = [
  piholeLog,
  temperature,
  neighbours,
  dhcpLeases,
  conntrack,
  authLog,
  authJournal,
  syslog,
  syslogJournal,
  homeAssistantLogins,
  ping,
  processes,
  nmap,
  containers,
]
