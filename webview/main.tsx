import { render } from 'preact';
import { App } from './app.tsx';
import { FocusMemory } from './focus-memory.ts';
import { freshPageState, readPageState } from './page-state.ts';
import { ErrorBoundary } from './views/error-boundary.tsx';
import { vscode } from './vscode-api.ts';

const root = document.getElementById('root');
const forget = () => vscode.setState({ ...freshPageState, rootUri: readPageState(vscode.getState()).rootUri });
if (root !== null) {
  render(
    <ErrorBoundary onReload={forget}>
      <App />
    </ErrorBoundary>,
    root,
  );
  new FocusMemory(document);
}
