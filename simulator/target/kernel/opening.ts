import type { ByteText } from '../byte-text.ts';
import { allows } from '../files/file-system.ts';
import { FileError } from '../target.ts';
import { OpenDirectory, type OpenFile, OpenGeneratedFile, OpenPlainDevice, OpenStoredFile } from './descriptors.ts';
import type { Process } from './process.ts';

/** Major and minor numbers of the devices that can be opened. */
const plainDevices: Readonly<Record<string, 'null' | 'zero' | 'full' | 'random'>> = {
  '1:3': 'null',
  '1:5': 'zero',
  '1:7': 'full',
  '1:8': 'random',
  '1:9': 'random',
};
export const jailhouseDevice = { major: 10, minor: 127 };

/** `update`: to read and write what is there, as devices are opened. */
export type Access = 'read' | 'write' | 'append' | 'read-write' | 'update';

/** As open(2): creates and empties a file that is written. Throws FileError with the path as given. */
export function openFile(process: Process, path: ByteText, access: Access, keep = false): OpenFile {
  try {
    const file = opened(process, absolute(process, path), access, keep);
    const { linux } = process;
    file.onClosed = () => linux.unlock(file);
    return file;
  } catch (error) {
    throw error instanceof FileError ? new FileError(error.errno, path) : error;
  }
}

export function absolute(process: Process, path: ByteText): ByteText {
  return path.startsWith('/') || path === '' ? path : `${process.cwd}/${path}`;
}

function opened(process: Process, path: ByteText, access: Access, keep: boolean): OpenFile {
  const { files, driver } = process.linux;
  const writes = access !== 'read';
  const found = files.find(path, process.actor, true);
  const inode = found.inode ?? (writes && access !== 'update' ? files.createFile(path, 0o666 & ~process.umask, process.actor) : undefined);
  if (inode === undefined) throw new FileError('ENOENT', path);
  const created = found.inode === undefined;
  if (!created && access !== 'write' && access !== 'append' && !allows(inode, process.actor, 4)) throw new FileError('EACCES', path);
  if (!created && writes) files.mayWrite(inode, process.actor, path);
  switch (inode.kind) {
    case 'directory':
      return new OpenDirectory(path, inode);
    case 'file':
      if (access === 'write' && !keep && inode.size > 0) files.truncate(inode, 0);
      return new OpenStoredFile(
        path,
        inode,
        { read: !writes || access === 'read-write' || access === 'update', write: writes, append: access === 'append' },
        files,
      );
    case 'generated':
      return new OpenGeneratedFile(path, inode, process.actor);
    case 'device': {
      if (inode.major === jailhouseDevice.major && inode.minor === jailhouseDevice.minor) return driver.open(path);
      const device = plainDevices[`${inode.major}:${inode.minor}`];
      if (device === undefined) throw new FileError(inode.major === 5 ? 'ENXIO' : 'ENODEV', path);
      return new OpenPlainDevice(path, inode, device);
    }
    case 'link':
      throw new FileError('ELOOP', path);
  }
}
