import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/programs.mjs';
import { Session } from './session.mjs';
import { until } from './workbench.mjs';

const example = 'examples/rpi4-mistakes';
/** What should light up in each file. @type {Record<string, { rule: string, line: number, severity: string }[]>} */
const expected = existsSync(join(root, example, 'expected.json'))
  ? JSON.parse(readFileSync(join(root, example, 'expected.json'), 'utf8'))
  : {};
const mistakes = Object.entries(expected).flatMap(([file, findings]) =>
  // Several findings of one rule on one line are one squiggle.
  [...new Map(findings.map((finding) => [`${finding.rule} ${finding.line} ${finding.severity}`, { file, ...finding }])).values()],
);
/** The classes that VS Code gives its squiggles. @type {Record<string, 'error' | 'warning' | 'info' | 'hint'>} */
const squiggleOf = { error: 'error', warning: 'warning', information: 'info', hint: 'hint' };
const baseName = (/** @type {string} */ path) => path.slice(path.lastIndexOf('/') + 1);
/** The one mistake of a rule. @param {string} rule */
const theMistake = (rule) => {
  const found = mistakes.find((mistake) => mistake.rule === rule);
  if (found === undefined) throw new Error(`${example} shows no ${rule}`);
  return found;
};

describe('examples/rpi4-mistakes', () => {
  /** @type {Session} */
  let session;
  beforeAll(async () => {
    session = await Session.open({ name: 'mistakes', example });
  });
  afterEach((context) => session.workbench.pictureOfFailure(context));
  afterAll(() => session?.close());

  it('says what to expect', () => {
    expect(mistakes.length).toBeGreaterThan(10);
  });

  it.each(mistakes)('underlines $rule in $file and has it in the Problems view, at line $line', async ({ file, rule, line, severity }) => {
    const { workbench } = session;
    await workbench.openFile(baseName(file));
    await workbench.goToLine(line);
    await workbench
      .squiggles(squiggleOf[severity] ?? 'error')
      .first()
      .waitFor();
    await workbench.filterProblems(rule);
    await workbench.problemRows(baseName(file)).first().waitFor();
    await workbench
      .problemRows(rule)
      .filter({ hasText: `[Ln ${line}, Col` })
      .first()
      .waitFor();
  });

  it('shows both culprits of a collision, and goes to the other one with the keyboard', async () => {
    const { workbench } = session;
    const { file, line } = theMistake('region-overlaps-hypervisor');
    await workbench.openFile(baseName(file));
    await workbench.goToLine(line);
    await workbench.filterProblems('region-overlaps-hypervisor');
    await workbench.problemRows('overlaps hypervisor memory').first().waitFor();
    await workbench.problemRows(':hypervisor memory 0x').first().waitFor();
    await workbench.screenshot('light');
    // The picture of the README: docs/images/problems.png is a copy of it.
    await workbench.screenshot('readme', { x: 350, y: 36, width: 1050, height: 720 });
    // From the filter into the list, and down: file, finding, related place.
    await workbench.command('Problems: Focus on Problems View');
    const focused = workbench.page.locator('.markers-panel .monaco-list-row.focused');
    await until('the related place to be reached', async () => {
      if ((await focused.filter({ hasText: ':hypervisor memory 0x' }).count()) > 0) return true;
      await workbench.page.keyboard.press('ArrowDown');
      return false;
    });
    await workbench.page.keyboard.press('Enter');
    const related = (await workbench.problemRows(':hypervisor memory 0x').first().textContent()) ?? '';
    const place = /\[Ln (\d+), Col/.exec(related)?.[1];
    await workbench.page.locator('#status\\.editor\\.selection', { hasText: `Ln ${place}, Col` }).waitFor();
  });

  it.each([
    ['Dark Modern', 'vs-dark', 'dark'],
    ['Dark High Contrast', 'hc-black', 'high-contrast'],
    ['Light High Contrast', 'hc-light', 'high-contrast-light'],
    ['Light Modern', 'vs', 'light-again'],
  ])('is readable in %s', async (theme, className, picture) => {
    const { workbench } = session;
    const { file, line, severity } = theMistake('region-overlaps-hypervisor');
    await workbench.openFile(baseName(file));
    await workbench.chooseTheme(theme, className);
    await workbench.goToLine(line);
    await workbench
      .squiggles(squiggleOf[severity] ?? 'error')
      .first()
      .waitFor();
    await workbench.screenshot(picture);
  });

  it('loses a squiggle and its row when the line is mended', async () => {
    const { workbench } = session;
    const { file, line } = theMistake('c-unknown-field');
    await workbench.openFile(baseName(file));
    await workbench.goToLine(line);
    await workbench.squiggles('error').first().waitFor();
    await workbench.filterProblems('c-unknown-field');
    await workbench.problemRows(baseName(file)).first().waitFor();
    await workbench.openFile(baseName(file));
    const text = readFileSync(join(session.workspace, file), 'utf8').split('\n')[line - 1] ?? '';
    expect(text).toContain('phys_strat');
    await workbench.replaceLine(line, text.trim().replace('phys_strat', 'phys_start'));
    await until('the squiggle to go', async () => (await workbench.squiggles('error').count()) === 0);
    await until('the row to go', async () => (await workbench.problemRows('c-unknown-field').count()) === 0);
    await workbench.screenshot('mended');
  });

  it('writes no file and asks nothing outside of the machine', async () => {
    const cells = readdirSync(session.workspace, { recursive: true }).filter((path) => String(path).endsWith('.cell'));
    expect(cells).toEqual([]);
    expect(session.workbench.outside).toEqual([]);
  });
});
