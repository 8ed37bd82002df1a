import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Config, MemoryRegion } from '@jailhouse-cells/core/config/model.ts';
import type { Finding } from '@jailhouse-cells/core/source/finding.ts';
import type { Span } from '@jailhouse-cells/core/source/span.ts';
import type { Workspace } from '@jailhouse-cells/core/workspace/workspace.ts';
import { builtFile } from './bytes.ts';
import type { KnownCell } from './upstream-tree.ts';

/** One finding that upstream's `config check` printed. */
interface UpstreamFinding {
  readonly section: string;
  readonly cell: string;
  readonly region: number;
  /** `region 4`, `hypervisor memory region`, `MMCONFIG`, `IOMMU`, `GICD` … */
  readonly other: string;
}

export interface ConfigCheckResult {
  readonly systems: number;
  readonly findings: number;
  readonly misses: readonly string[];
  /** Cells on which `config check` itself stopped. */
  readonly leftOut: readonly string[];
  /** Cells that belong to no system, so that `config check` has nothing to check them against. */
  readonly withoutSystem: readonly string[];
}

/** Runs upstream's own checker on the cells that we built, and looks for a finding of ours for each of its. */
export function compareConfigCheck(tree: string, out: string, cells: readonly KnownCell[], workspace: Workspace): ConfigCheckResult {
  const paths = new Map(cells.map((cell) => [join(tree, cell.path), builtFile(out, cell)]));
  const misses: string[] = [];
  const leftOut: string[] = [];
  const withoutSystem: string[] = [];
  let systems = 0;
  let findings = 0;
  for (const path of paths.keys()) {
    const { config, system } = workspace.check(path);
    if (config?.kind === 'cell' && !system) withoutSystem.push(path);
    if (config?.kind !== 'system') continue;
    systems++;
    const members = [path, ...(system?.cells ?? [])];
    const printed = runConfigCheck(tree, members, paths, leftOut);
    for (const finding of printed) {
      findings++;
      const configs = members.filter((member) => workspace.check(member).config?.cell.name.value === finding.cell);
      if (!configs.some((member) => isCovered(finding, workspace.check(member).config, workspace.check(member).findings, config))) {
        misses.push(`${path}: ${finding.section} cell ${finding.cell}, region ${finding.region} and ${finding.other}`);
      }
    }
  }
  return { systems, findings, misses, leftOut, withoutSystem };
}

function runConfigCheck(
  tree: string,
  members: readonly string[],
  paths: ReadonlyMap<string, string>,
  leftOut: string[],
): UpstreamFinding[] {
  let files = members.map((member) => paths.get(member)).filter((file) => file !== undefined);
  while (files.length > 0) {
    const run = spawnSync('python3', [join(tree, 'tools/jailhouse-config-check'), ...files], { encoding: 'utf8', maxBuffer: 1 << 26 });
    if (run.error) throw run.error;
    if (run.stderr.trim() === '') return parseFindings(run.stdout);
    // It names the file that it stops at; without that, the system config itself stops it.
    const stopped = files.find((file) => run.stderr.includes(file)) ?? files[0];
    leftOut.push(`${stopped} (${run.stderr.trim().split('\n').at(-1)})`);
    if (stopped === files[0]) return [];
    files = files.filter((file) => file !== stopped);
  }
  return [];
}

/** Reads the output's shape: a section line, then blocks of `In cell 'N', region I` and `overlaps with X`. */
function parseFindings(text: string): UpstreamFinding[] {
  const findings: UpstreamFinding[] = [];
  let section = '';
  let cell: { name: string; region: number } | undefined;
  for (const line of text.split('\n')) {
    const heading = /^([A-Z][^:]*:)(?: None)?$/.exec(line);
    const place = /^In cell '(.*)', region (\d+)$/.exec(line);
    const overlap = /overlaps with (.+)$/.exec(line);
    if (heading) section = heading[1] as string;
    else if (place) cell = { name: place[1] as string, region: Number(place[2]) };
    else if (overlap && cell) findings.push({ section, cell: cell.name, region: cell.region, other: overlap[1] as string });
  }
  return findings;
}

function isCovered(printed: UpstreamFinding, config: Config | undefined, ours: readonly Finding[], system: Config): boolean {
  const region = config?.memoryRegions[printed.region];
  if (!config || !region) return false;
  const other = placesOf(printed.other, config, system);
  return ours.some((finding) => {
    const spans = [finding.span, ...finding.related.map((place) => place.span)];
    return touches(spans, regionSpans(region)) && (other === undefined || touches(spans, other));
  });
}

function regionSpans(region: MemoryRegion): Span[] {
  return [region.span, region.physStart.span, region.virtStart.span, region.size.span];
}

/** Where the other culprit stands; undefined for a resource that no config names (the x86 interrupt controllers). */
function placesOf(other: string, config: Config, system: Config): Span[] | undefined {
  const region = /^region (\d+)$/.exec(other);
  if (region) {
    const found = config.memoryRegions[Number(region[1])];
    return found ? regionSpans(found) : [];
  }
  const header = system.system;
  if (!header) return [];
  if (other.startsWith('hypervisor')) return [header.hypervisorMemory.span];
  if (other === 'MMCONFIG') return [header.pciMmconfigBase.span];
  if (other === 'IOMMU') return header.iommuUnits.map((unit) => unit.span);
  return header.gic ? [header.gic.span] : undefined;
}

function touches(spans: readonly Span[], places: readonly Span[]): boolean {
  return spans.some((span) => places.some((place) => span.file === place.file && span.start < place.end && place.start < span.end));
}
