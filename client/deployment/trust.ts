import { commands, window, workspace } from 'vscode';

/** True in a trusted workspace. Else says why nothing happens: what a workspace says of targets and images must not make this machine connect or send. */
export async function isTrusted(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const choice = await window.showWarningMessage('Nothing connects to a target as long as this workspace is not trusted.', manage);
  if (choice === manage) await commands.executeCommand('workbench.trust.manage');
  return false;
}
