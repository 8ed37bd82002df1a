import { Disposable, type Event, StatusBarAlignment, window } from 'vscode';
import { nameOf } from './prompt.ts';
import type { DeploymentServices } from './services.ts';
import type { TargetChoice } from './target-choice.ts';

/** What is known of targets, from whoever looks at them. */
export interface TargetStates {
  readonly onDidChange: Event<void>;
  /** `2 cells run`; undefined where nothing is known now. */
  of(name: string): string | undefined;
}

/** The target that is deployed to, and its state, in the status bar. */
export function showTargetStatus({ targets }: DeploymentServices, choice: TargetChoice, states: TargetStates): Disposable {
  const item = window.createStatusBarItem('jailhouseCells.target', StatusBarAlignment.Left, -10);
  item.name = 'Jailhouse Target';
  item.command = 'jailhouseCells.chooseTarget';
  const show = async () => {
    const known = await targets.list();
    const target = known.find(({ name }) => name === choice.latest) ?? known.find(({ from }) => from === 'jailhouse.json');
    if (target === undefined) {
      item.hide();
      return;
    }
    const state = states.of(target.name);
    const name = nameOf(target);
    item.text = `$(${target.simulated === true ? 'vm' : 'server'}) ${name}${state === undefined ? '' : `: ${state}`}`;
    item.tooltip = `Jailhouse target ${name} (${target.host})${state === undefined ? '' : `: ${state}`}. Click to choose another one.`;
    item.accessibilityInformation = { label: `Jailhouse target ${name}${state === undefined ? '' : `, ${state}`}` };
    item.show();
  };
  const showSoon = () => void show().catch(() => item.hide());
  showSoon();
  return Disposable.from(item, targets.onDidChange(showSoon), choice.onDidChange(showSoon), states.onDidChange(showSoon));
}
