/** A port that should not be open to a whole home. */
export interface RiskyPort {
  readonly ports: readonly number[]
  /** What listens there, for a sentence. */
  readonly name: string
  /** What can be done through it by anybody in the home, one sentence without a full stop. */
  readonly why: string
  /** Nobody opens it on purpose, and whoever reaches it owns the device: certain. */
  readonly certain: boolean
}

/** Which open ports are a danger by themselves. */
export const riskyPorts: readonly RiskyPort[] = [
  {
    ports: [23, 2323],
    name: 'Telnet',
    why: 'passwords and commands cross the network unencrypted, and malware tries it first',
    certain: true,
  },
  {
    ports: [5555],
    name: 'Android debugging (ADB)',
    why: 'whoever connects may install and run anything',
    certain: true,
  },
  {
    ports: [2375],
    name: 'the Docker engine without a password',
    why: 'whoever connects becomes root of the machine',
    certain: true,
  },
  {
    ports: [512, 513, 514],
    name: 'rlogin or rsh',
    why: 'it trusts whoever claims to be trusted',
    certain: false,
  },
  {
    ports: [1900, 2869, 5431, 52869],
    name: 'UPnP control',
    why: 'any program at home can have it open the router or change settings',
    certain: false,
  },
  {
    ports: [3306],
    name: 'a MySQL database',
    why: 'a database belongs behind the program that uses it',
    certain: false,
  },
  {
    ports: [5432],
    name: 'a PostgreSQL database',
    why: 'a database belongs behind the program that uses it',
    certain: false,
  },
  {
    ports: [1433],
    name: 'a Microsoft SQL database',
    why: 'a database belongs behind the program that uses it',
    certain: false,
  },
  {
    ports: [6379],
    name: 'a Redis database',
    why: 'it asks for no password unless it is told to',
    certain: false,
  },
  {
    ports: [27017],
    name: 'a MongoDB database',
    why: 'it asks for no password unless it is told to',
    certain: false,
  },
  {
    ports: [9200],
    name: 'an Elasticsearch database',
    why: 'it asks for no password unless it is told to',
    certain: false,
  },
  { ports: [11211], name: 'a memcached store', why: 'it knows no passwords at all', certain: false },
  { ports: [3389], name: 'Remote Desktop', why: 'a guessed password is a whole computer', certain: false },
  {
    ports: [5900, 5901],
    name: 'VNC',
    why: 'a guessed password is a whole screen, and nothing is encrypted',
    certain: false,
  },
  {
    ports: [7547],
    name: 'remote management of routers (TR-069)',
    why: 'it is meant for the provider alone',
    certain: false,
  },
]
