import { render } from 'preact';
import { App } from './app.tsx';
import { FocusMemory } from './focus-memory.ts';

const root = document.getElementById('root');
if (root !== null) {
  render(<App />, root);
  new FocusMemory(document);
}
