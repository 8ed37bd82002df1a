import { type KnownSystems, systemsRequest } from '@jailhouse-cells/protocol/messages.ts';
import { ProcessExecution, Task, type TaskDefinition, TaskGroup, type TaskProvider, TaskScope, Uri, workspace } from 'vscode';
import type { Server } from '../server.ts';

const kinds = ['deploy', 'build', 'check'] as const;
type Kind = (typeof kinds)[number];

interface JailhouseTask extends TaskDefinition {
  readonly task: Kind;
  /** Configs or folders, relative to the workspace folder. */
  readonly path?: string | readonly string[];
  readonly target?: string;
}

/** Tasks of the type `jailhouse`: the command line of this extension, run on the systems of the workspace. */
export class JailhouseTasks implements TaskProvider {
  /** @param program dist/cli.cjs. */
  constructor(
    private readonly server: Server,
    private readonly program: string,
  ) {}

  async provideTasks(): Promise<Task[]> {
    if (!workspace.isTrusted || this.server.connection === undefined) return [];
    const { systems } = await this.server.connection.request<KnownSystems>(systemsRequest, null);
    return systems.flatMap(({ name, rootUri, configs }) => {
      const root = Uri.parse(rootUri);
      const [path = '.', ...others] = configs.map(({ uri }) => workspace.asRelativePath(Uri.parse(uri), false));
      return kinds.map((task) =>
        this.task({ type: 'jailhouse', task, path: task === 'deploy' ? path : [path, ...others] }, `${task} ${name}`, root),
      );
    });
  }

  resolveTask({ definition, name, scope }: Task): Task | undefined {
    const wanted = definition as Partial<JailhouseTask>;
    const task = kinds.find((kind) => kind === wanted.task);
    if (task === undefined) return undefined;
    const folder = typeof scope === 'object' ? scope.uri : workspace.workspaceFolders?.[0]?.uri;
    // VS Code takes a resolved task only with the definition that it asked for.
    return this.task({ ...definition, type: 'jailhouse', task }, name, folder);
  }

  private task(definition: JailhouseTask, name: string, uri: Uri | undefined): Task {
    const { task, path = '.', target } = definition;
    const folder = uri && (workspace.getWorkspaceFolder(uri) ?? workspace.workspaceFolders?.[0]);
    // A deployment asks in the task's terminal, as the command does.
    const options = typeof target === 'string' && task === 'deploy' ? ['--target', target] : [];
    const execution = new ProcessExecution(process.execPath, [this.program, task, ...options, '--', ...[path].flat()], {
      ...(folder && { cwd: folder.uri.fsPath }),
      // VS Code's own program runs as Node only when told.
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    const made = new Task(definition, folder ?? TaskScope.Workspace, name, 'jailhouse', execution, '$jailhouse-cells');
    if (task !== 'check') made.group = TaskGroup.Build;
    return made;
  }
}
