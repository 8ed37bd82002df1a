import {
  Disposable,
  EventEmitter,
  type ExtensionContext,
  languages,
  type TaskProvider,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
  workspace,
} from 'vscode';
import type { LiveSystems } from '../live-systems.ts';
import type { Server } from '../server.ts';
import { provideTargets } from '../targets/targets.ts';
import { DeploymentCommands } from './commands.ts';
import { Deployer } from './deployer.ts';
import { Doctor } from './doctor.ts';
import { KnownTargets } from './known-targets.ts';
import { PlanDocuments } from './plan-document.ts';
import { ProblemReport } from './problem-report.ts';
import { promptFor } from './prompt.ts';
import type { DeploymentServices } from './services.ts';
import { Sessions } from './sessions.ts';
import { Snapshots } from './snapshot.ts';
import { showTargetStatus } from './status-item.ts';
import { TargetChoice } from './target-choice.ts';
import { JailhouseTasks } from './tasks.ts';

/** Everything of deployment and targets that is loaded at first need. */
export interface Parts {
  /** By id of the command; each is given what stood in the menu. */
  readonly commands: Readonly<Record<string, (argument?: unknown) => unknown>>;
  /** Of the view of targets. */
  readonly provider: TreeDataProvider<TreeItem>;
  readonly tasks: TaskProvider;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Called once in a trusted workspace: this is a bundle of its own, so that activation need not load it. */
export function startParts(server: Server, context: ExtensionContext, view: TreeView<TreeItem>, live: LiveSystems): Parts {
  const log = window.createOutputChannel('Jailhouse Deployment', { log: true });
  const sessions = new Sessions({
    promptFor,
    log: (line, attended) => {
      // What is looked at every few seconds would bury what the user asked for, and the texts of scripts what they did.
      if (!attended) log.trace(line);
      else if (line.startsWith('    ')) log.debug(line);
      else log.info(line);
    },
    trusted: () => workspace.isTrusted,
  });
  const acted = new EventEmitter<string>();
  const targets = new KnownTargets(server);
  const services: DeploymentServices = { server, sessions, targets, log, context, live, onDidAct: acted.event };
  const diagnostics = languages.createDiagnosticCollection('jailhouse-deploy');
  const report = new ProblemReport(log, diagnostics);
  const plans = new PlanDocuments();
  const tell = (target: string) => acted.fire(target);
  const choice = new TargetChoice(services);
  const doctor = new Doctor(services, report, tell);
  const snapshots = new Snapshots(services, report);
  const commands = new DeploymentCommands(services, choice, new Deployer(services, report, plans, tell), doctor, snapshots);
  const tree = provideTargets(services, view);
  const ends = Disposable.from(
    showTargetStatus(services, choice, tree.states),
    tree,
    plans,
    doctor,
    snapshots,
    targets,
    diagnostics,
    acted,
    log,
  );
  return {
    commands: {
      ...tree.commands,
      ...commands.handlers,
      'jailhouseCells.savePlan': (resource) => plans.save(resource),
      'jailhouseCells.showDeploymentOutput': () => log.show(),
    },
    provider: tree.provider,
    tasks: new JailhouseTasks(server, context.asAbsolutePath('dist/cli.cjs')),
    close: async () => {
      await sessions.close();
      ends.dispose();
    },
  };
}
