import { Uri, window } from 'vscode';

/** The file that a command is about: from a menu of the editor, a code lens, an item of a view, or the active editor. */
export function resourceUri(resource: unknown): Uri | undefined {
  if (resource instanceof Uri) return resource;
  if (typeof resource === 'string') return Uri.parse(resource);
  if (typeof resource === 'object' && resource !== null && 'resourceUri' in resource && resource.resourceUri instanceof Uri)
    return resource.resourceUri;
  return window.activeTextEditor?.document.uri;
}
