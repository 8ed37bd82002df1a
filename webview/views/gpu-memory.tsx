import type { MemoryMapResult } from '@jailhouse-cells/protocol/map-messages.ts';
import { useState } from 'preact/hooks';

interface GpuMemoryProps {
  readonly gpuMem: NonNullable<MemoryMapResult['gpuMem']>;
  /** MiB that the map shows. */
  readonly now: number;
  /** MiB that are tried; undefined: those that config.txt states. */
  readonly tried: number | undefined;
  readonly canApply: boolean;
  readonly onTry: (gpuMem: number | undefined) => void;
  readonly onApply: (gpuMem: number) => void;
}

/** MiB of the keys Page Up and Page Down. */
const largeStep = 16;

/** The GPU's share of RAM: a slider, and the number beside it. */
export function GpuMemory({ gpuMem, now, tried, canApply, onTry, onApply }: GpuMemoryProps) {
  const { least, most, stated } = gpuMem;
  // What is being typed is not yet a number that can be tried.
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const shown = tried ?? now;
  const differs = tried !== undefined && tried !== stated;
  const attempt = (value: number) => {
    const held = Math.max(least, Math.min(most, value));
    onTry(held === stated ? undefined : held);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'PageUp' ? largeStep : event.key === 'PageDown' ? -largeStep : 0;
    if (step === 0) return;
    event.preventDefault();
    setTyped(undefined);
    attempt(shown + step);
  };
  return (
    <span class="slider">
      <label for="gpu-mem">gpu_mem</label>
      <input
        id="gpu-mem"
        type="range"
        min={least}
        max={most}
        step={1}
        value={shown}
        aria-valuetext={`${shown} MiB`}
        onKeyDown={onKeyDown}
        onInput={(event) => attempt(Number(event.currentTarget.value))}
      />
      <input
        class="amount"
        type="number"
        aria-label="gpu_mem in MiB"
        title={`${least} to ${most} MiB; config.txt: ${stated} MiB`}
        min={least}
        max={most}
        step={1}
        value={typed ?? shown}
        onKeyDown={onKeyDown}
        onInput={(event) => {
          const { value } = event.currentTarget;
          setTyped(value);
          const number = Number(value);
          if (value !== '' && Number.isInteger(number) && number >= least && number <= most) attempt(number);
        }}
        onBlur={() => setTyped(undefined)}
      />
      <span class="unit">MiB</span>
      {differs && canApply && (
        <button
          type="button"
          class="plain"
          title={`Write gpu_mem=${tried} into config.txt`}
          aria-label="Apply to config.txt"
          onClick={() => onApply(tried)}
        >
          Apply
        </button>
      )}
      {differs && (
        <button type="button" class="plain" title={`Take the ${stated} MiB of config.txt again`} onClick={() => onTry(undefined)}>
          Reset
        </button>
      )}
    </span>
  );
}
