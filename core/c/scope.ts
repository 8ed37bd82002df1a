import type { Token } from '../source/token.ts';
import type { InitialValue } from './initial-value.ts';
import type { CType, RecordType } from './types.ts';

/** What a name stands for at file scope. */
export type Entity =
  | { readonly kind: 'typedef'; readonly type: CType }
  | { readonly kind: 'enumerator'; readonly value: bigint; readonly type: CType }
  | ObjectEntity;

/** A variable or function. */
export interface ObjectEntity {
  readonly kind: 'object';
  readonly name: string;
  readonly token: Token;
  readonly type: CType;
  readonly isConst: boolean;
  readonly isExtern: boolean;
  /** Undefined without an initialiser. */
  initial: InitialValue | undefined;
  /** The object's initialiser refers to itself while it is being read. */
  defined: boolean;
}

/** Names at file scope. Layered, so that what the headers declare is read once and shared. */
export class Scope {
  private readonly names = new Map<string, Entity>();
  private readonly tags = new Map<string, CType>();

  constructor(private readonly parent?: Scope) {}

  find(name: string): Entity | undefined {
    return this.names.get(name) ?? this.parent?.find(name);
  }

  declare(name: string, entity: Entity): void {
    this.names.set(name, entity);
  }

  /** Struct, union and enum tags live in one name space. */
  findTag(tag: string): CType | undefined {
    return this.tags.get(tag) ?? this.parent?.findTag(tag);
  }

  declareTag(tag: string, type: CType): void {
    this.tags.set(tag, type);
  }

  /** A struct with its fields known. */
  struct(tag: string): RecordType | undefined {
    const type = this.findTag(tag);
    return type && (type.kind === 'struct' || type.kind === 'union') && type.fields ? type : undefined;
  }

  /** Objects declared in this layer, in order. */
  objects(): ObjectEntity[] {
    return [...this.names.values()].filter((entity): entity is ObjectEntity => entity.kind === 'object');
  }

  /** Tags declared in this layer and its parents. */
  allTags(): ReadonlyMap<string, CType> {
    return this.parent ? new Map([...this.parent.allTags(), ...this.tags]) : this.tags;
  }
}
