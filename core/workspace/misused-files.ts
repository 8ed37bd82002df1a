import { isBuiltInModel } from '../board/compose-board.ts';
import type { Finding } from '../source/finding.ts';
import { baseName } from '../source/paths.ts';
import type { Project, ProjectPath } from './project.ts';
import type { TreeReader } from './tree-reader.ts';

/** Overlays of a jailhouse.json that stand where a whole device tree is wanted, and models of boards that nothing tells of. */
export function misusedFiles(project: Project, trees: TreeReader): readonly Finding[] {
  return project.systems.flatMap(({ board, members }) => {
    const { model } = board ?? {};
    const nothingKnown = board?.deviceTree === undefined && board?.snapshot === undefined && board?.damaged === false;
    return [
      ...overlayAsTree(trees, board?.deviceTree, 'the device tree of the board; name it in "overlays"'),
      ...members.flatMap(({ linux }) => overlayAsTree(trees, linux?.deviceTree, 'the device tree of a guest')),
      ...(model !== undefined && nothingKnown && !isBuiltInModel(model.value)
        ? [
            told(
              'information',
              `No board is known by this model, and no device tree tells what it has: nothing is checked against the board. Correct the name, or name the board's "deviceTree".`,
              model.span,
            ),
          ]
        : []),
    ];
  });
}

function overlayAsTree(trees: TreeReader, named: ProjectPath | undefined, place: string): readonly Finding[] {
  if (named === undefined || trees.read(named.path).tree?.plugin !== true) return [];
  return [told('error', `${baseName(named.path)} is an overlay: it changes another tree and cannot be ${place}.`, named.span)];
}

function told(severity: Finding['severity'], message: string, span: Finding['span']): Finding {
  return { rule: 'project-file', severity, message, span, related: [], fixes: [] };
}
