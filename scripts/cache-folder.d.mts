export function cacheFolder(): string;
export function installOnce(name: string, install: (folder: string) => void): string;
