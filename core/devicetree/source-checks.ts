import type { Span } from '../source/span.ts';
import { liveNodes, sourcePath } from './source-lookup.ts';
import type { SourceNode, SourceProperty } from './source-node.ts';
import type { SourceProblems } from './source-problems.ts';

/** What dtc 1.6.1 refuses in a tree that reads well (checks.c, the checks of level error), but for references. */
export function checkSource(root: SourceNode, problems: SourceProblems): void {
  const labels = new Map<string, Span>();
  for (const node of liveNodes(root)) {
    if (problems.full) return;
    checkChildren(node, problems);
    checkNames(node, problems);
    checkProperties(node, problems);
    checkNameProperty(node, problems);
    checkLabels(node, labels, problems);
  }
}

function checkChildren(node: SourceNode, problems: SourceProblems): void {
  if (node.children.length < 2) return;
  const seen = new Map<string, SourceNode>();
  for (const child of node.children) {
    const first = seen.get(child.name);
    // Also deleting a child in the very node that has it is refused.
    if (first === undefined) {
      if (!child.deleted) seen.set(child.name, child);
    } else
      problems.report(
        'dts-syntax',
        `${sourcePath(node)} has two children called ${child.name}. Put both into one, or rename one.`,
        child.span,
        [{ span: first.span, message: 'the first one' }],
      );
  }
}

function checkProperties(node: SourceNode, problems: SourceProblems): void {
  const seen = new Map<string, SourceProperty>();
  for (const property of node.properties) {
    if (property.deleted) continue;
    const first = seen.get(property.name);
    if (first === undefined) seen.set(property.name, property);
    else
      problems.report('dts-syntax', `${property.name} is set twice in one node. Remove one of the two.`, property.span, [
        { span: first.span, message: 'the first one' },
      ]);
    const bad = /[^A-Za-z0-9,._+*#?-]/.exec(property.name);
    if (bad) problems.report('dts-syntax', `A property's name cannot hold "${bad[0]}".`, property.span);
  }
}

function checkNames(node: SourceNode, problems: SourceProblems): void {
  const bad = /[^A-Za-z0-9,._+@-]/.exec(node.name);
  if (bad) problems.report('dts-syntax', `A node's name cannot hold "${bad[0]}".`, node.span);
  else if (node.name.indexOf('@') !== node.name.lastIndexOf('@'))
    problems.report('dts-syntax', 'A node has one unit address: its name holds "@" more than once.', node.span);
}

/** The name as old trees repeat it in a property; where it is right it goes. */
function checkNameProperty(node: SourceNode, problems: SourceProblems): void {
  const property = node.anyProperty('name');
  if (property === undefined) return;
  const base = node.name.split('@')[0] as string;
  const text = new TextDecoder().decode(property.value);
  if (text === `${base}\0`) node.removeProperty(property);
  else if (!property.deleted || node.property('name') === undefined)
    problems.report('dts-syntax', `The property "name" must be "${base}", as the node is called, or be left out.`, property.span);
}

function checkLabels(node: SourceNode, known: Map<string, Span>, problems: SourceProblems): void {
  const check = (name: string, span: Span): void => {
    const first = known.get(name);
    if (first === undefined) known.set(name, span);
    else
      problems.report('dts-syntax', `The label ${name} is given twice. Rename one of them.`, span, [
        { span: first, message: 'the first one' },
      ]);
  };
  for (const mark of node.marks) if (!mark.deleted) check(mark.name, mark.span);
  for (const property of node.properties) {
    if (property.deleted) continue;
    for (const mark of property.marks) if (!mark.deleted) check(mark.name, mark.span);
    for (const marker of property.markers) if (marker.kind === 'label') check(marker.name, marker.span);
  }
}
