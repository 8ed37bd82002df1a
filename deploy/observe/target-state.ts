/** What one look at a target tells. */
export interface TargetState {
  /** /proc/sys/kernel/random/boot_id: another one after each boot. */
  readonly bootId: string;
  /** Seconds of the target's clock since 1970. */
  readonly clock: number;
  readonly user: string;
  /** Home folder of the login: files go below `.jailhouse-cells` in it. */
  readonly home: string;
  /** How root is reached: the login is root, `sudo -n` works, or neither. */
  readonly root: 'login' | 'sudo' | 'refused';
  /** What sudo said where it refused. */
  readonly sudoText: string;
  /** Absolute path of the `jailhouse` program; undefined where it is not installed. */
  readonly tool: string | undefined;
  /** Absolute paths of programs that need root, by name; missing ones are left out. */
  readonly programs: Readonly<Record<string, string>>;
  readonly module: 'loaded' | 'not loaded';
  readonly enabled: boolean;
  /** The root cell (id 0) among them; empty while disabled. */
  readonly cells: readonly TargetCell[];
  /** What an earlier deployment wrote down; undefined where there is none, it is of another boot, or it cannot be read. */
  readonly record: TargetRecord | undefined;
  /** Files of the system by name: sha256 in hex. Those that are there now, and those of a deployment that did not come to its end. */
  readonly current: ReadonlyMap<string, string>;
  readonly next: ReadonlyMap<string, string>;
  /** A deployment did not come to its end: some of its files still lie beside the current ones. */
  readonly leftovers: boolean;
  /** IPv4 and IPv6 addresses with prefix length by network device. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** The hypervisor's ring buffer; empty while disabled. */
  readonly console: string;
  /** A command that changes cells and did not come back while the target was looked at: `jailhouse cell load …`. */
  readonly pending?: string | undefined;
}

export interface TargetCell {
  readonly id: number;
  readonly name: string;
  /** `running`, `running/locked`, `shut down`, `failed`, `Comm ABI mismatch`, `invalid`. */
  readonly state: string;
  readonly cpus: readonly number[];
  readonly failedCpus: readonly number[];
  /** Of its directory in sysfs: another one each time that a cell is created. */
  readonly inode: string;
}

/** Which bytes stand behind the cells, as far as a deployment put them there. Digests are sha256 in hex. */
export interface TargetRecord {
  readonly system: string;
  readonly bootId: string;
  readonly root: { readonly inode: string; readonly config: string; readonly commands: readonly (readonly string[])[] };
  readonly cells: readonly RecordedCell[];
}

export interface RecordedCell {
  readonly name: string;
  readonly inode: string;
  readonly config: string;
  /** Of everything that was loaded and how; undefined: created, and nothing loaded. */
  readonly guest: string | undefined;
  /** How it was made, in the folder of its files: to put it back where a deployment fails. */
  readonly commands: readonly (readonly string[])[];
}
