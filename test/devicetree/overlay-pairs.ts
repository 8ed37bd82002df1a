/** Bases and overlays of our own. Each pair has something that the others have not; several overlays are applied one after the other. */
export interface OverlayPair {
  readonly name: string;
  readonly base: string;
  readonly overlays: readonly string[];
}

/** With labels, phandles, aliases, a bus and names with and without unit address. */
const board = `
  / {
    #address-cells = <2>; #size-cells = <1>;
    compatible = "example,board";
    aliases { serial0 = &uart0; bus = "/soc"; far = "bus"; };
    chosen { bootargs = "quiet"; };
    rmem: reserved-memory { #address-cells = <2>; #size-cells = <1>; ranges; cma { size = <0x4000000>; reusable; }; };
    soc: soc { #address-cells = <1>; #size-cells = <1>; ranges = <0x7e000000 0 0xfe000000 0x1800000>;
      gic: interrupt-controller@7e041000 { interrupt-controller; #interrupt-cells = <3>; phandle = <9>; };
      uart0: serial@7e201000 { compatible = "arm,pl011"; reg = <0x7e201000 0x200>; interrupts = <0 121 4>; status = "okay"; };
      uart1: serial@7e215040 { compatible = "brcm,bcm2835-aux-uart"; reg = <0x7e215040 0x40>; status = "disabled"; clocks = <&clk 0>; };
      i2c: i2c@7e205000 { #address-cells = <1>; #size-cells = <0>; };
    };
    clk: clock { #clock-cells = <1>; };
    other { reference = <&uart0 &gic>; };
  };`;

const on = (name: string, ...overlays: readonly string[]): OverlayPair => ({ name, base: board, overlays });
const fragment = (target: string, content: string, at = 0): string => `fragment@${at} { ${target}; __overlay__ { ${content} }; };`;

export const overlayPairs: readonly OverlayPair[] = [
  on('sugar: a property replaced', '&uart1 { status = "okay"; };'),
  on('sugar: a property added', '&uart1 { new = "x"; flag; };'),
  on('sugar: a longer and a shorter value', '&uart1 { compatible = "much,longer-than-before", "second"; reg = <1>; };'),
  on('sugar: an emptied value', '&uart1 { compatible; };'),
  on('sugar: a node added', '&soc { new@1 { reg = <1 2>; below { deep; }; }; };'),
  on('sugar: an existing node extended from above', '&soc { serial@7e215040 { status = "okay"; child { }; }; };'),
  on('sugar: by path', '&{/soc} { added; };', '&{/} { added; };'),
  on('sugar: two references to one node', '&uart1 { a = <1>; b = <1>; }; &uart1 { b = <2>; c = <2>; };'),
  on('sugar: several targets', '&uart0 { x; }; &uart1 { x; }; &clk { x; }; &rmem { x; };'),
  on('a fragment with a phandle', `/ { ${fragment('target = <&uart1>', 'status = "okay";')} };`),
  on('a fragment with a path', `/ { ${fragment('target-path = "/soc/serial@7e215040"', 'status = "okay";')} };`),
  on('a path without unit address takes the first', `/ { ${fragment('target-path = "/soc/serial"', 'hit;')} };`),
  on('a path with more slashes', `/ { ${fragment('target-path = "//soc///clock/../"', 'hit;')} };`, '&soc { hit; };'),
  on('a path to the root', `/ { ${fragment('target-path = "/"', 'hit; node { };')} };`),
  on('a path that starts with an alias', `/ { ${fragment('target-path = "serial0"', 'hit;')} };`),
  on('an alias and a way on', `/ { ${fragment('target-path = "bus/i2c@7e205000"', 'chip@50 { reg = <0x50>; };')} };`),
  on('an alias of an alias', `/ { ${fragment('target-path = "far/serial@7e201000"', 'hit;')} };`),
  on('both kinds of target: the phandle counts', `/ { ${fragment('target = <&uart1>; target-path = "/soc/serial@7e201000"', 'hit;')} };`),
  on(
    'fragments in the order of the overlay',
    `/ { ${fragment('target = <&uart1>', 'a = <1>;', 7)} ${fragment('target = <&uart1>', 'a = <2>;', 3)} };`,
  ),
  on(
    'a fragment without __overlay__ is passed over',
    `/ { fragment@0 { target = <&uart1>; }; ${fragment('target = <&clk>', 'hit;', 1)} };`,
  ),
  on('fragments need no particular name', `/ { anything { target = <&uart1>; __overlay__ { hit; }; }; };`),
  on('properties of the overlay itself stay out', `/ { compatible = "x"; stray { y; }; ${fragment('target = <&uart1>', 'hit;')} };`),
  on('references to the base', '&uart1 { clocks = <&clk 1>, <&clk 2>; irq = <&gic>; };'),
  on('references to its own nodes', '&soc { a: a { to = <&b>; }; b: b { to = <&a 0 &b>; }; };'),
  on('references to both in one value', '&soc { n: n { all = <1 &uart0 &n &clk 5>; }; };'),
  on('references in mixed values', '&soc { n: n { all = "text", <&n>, [01 02], <&uart1>; }; };'),
  on('references below references', '&i2c { x@1 { y { z = <&w>; w: w { v = <&clk>; }; }; }; };'),
  on('a path as a value', '&soc { n: n { }; m { where = &n; }; };'),
  on('an explicit phandle', '&soc { n: n { phandle = <3>; }; m { to = <&n>; }; };'),
  on(
    'a phandle for a node of the base is replaced, too',
    `/ { ${fragment('target = <&soc>', 'u: serial@7e201000 { }; m { to = <&u>; };')} };`,
  ),
  on('a label on the overlaid node', `/ { fragment@0 { target-path = "/soc"; mine: __overlay__ { hit; }; }; };`, '&mine { again; };'),
  on('a label on the root of the base', `/ { fragment@0 { target-path = "/"; mine: __overlay__ { n: n { }; }; }; };`),
  on('a label on the fragment stays out', `/ { f: fragment@0 { target = <&uart1>; __overlay__ { hit; }; }; };`),
  on(
    'a target that an earlier fragment brings',
    `/ { ${fragment('target = <&soc>', 'n: n { };')} ${fragment('target = <&n>', 'hit;', 1)} };`,
  ),
  on(
    'a target path that an earlier fragment brings',
    `/ { ${fragment('target = <&soc>', 'n { };')} ${fragment('target-path = "/soc/n"', 'hit;', 1)} };`,
  ),
  on('cell counts of a node with children', '&soc { #address-cells = <2>; #size-cells = <2>; n@0 { reg = <0 0 0 1>; }; };'),
  on('a reservation', '&{/reserved-memory} { jailhouse@20000000 { reg = <0 0x20000000 0x8000000>; no-map; }; };'),
  on('a name without unit address meets the first of its kind', '&soc { serial { hit; }; };'),
  on('what is added last is found first', '&soc { serial@1 { }; };', '&soc { serial { hit; }; };'),
  on(
    'a name without unit address, and one that is just so',
    '&soc { x@1 { }; };',
    '&soc { x { first; }; };',
    '&soc { y { }; y@1 { }; };',
    '&soc { y { hit; }; };',
  ),
  on('two overlays, the second wins', '&uart1 { status = "okay"; };', '&uart1 { status = "fail"; };'),
  on('two overlays, each with nodes of its own', '&soc { a: a { to = <&a>; }; };', '&soc { b: b { to = <&b &uart0>; }; };'),
  on(
    'a symbol of one overlay used by the next',
    '&soc { n: n { }; };',
    '&n { hit; m: m { to = <&n>; }; };',
    '&m { hit; from = <&m &n &uart0>; };',
  ),
  on('a symbol through a target path', `/ { fragment@0 { target-path = "/soc"; __overlay__ { n: n { }; }; }; };`, '&n { hit; };'),
  on('a symbol through an alias', `/ { fragment@0 { target-path = "bus"; __overlay__ { n: n { }; }; }; };`),
  on('a symbol that replaces one of the base', '&soc { uart1: other { }; };', '&uart1 { hit; };'),
  on('an empty overlay node', '&uart1 { };'),
  {
    name: 'a base without phandles',
    base: '/ { a { }; };',
    overlays: ['&{/a} { n: n { to = <&n>; }; };', '&{/a} { m: m { to = <&m>; }; };'],
  },
  { name: 'a base with high phandles', base: '/ { l: a { phandle = <0xfffff000>; }; };', overlays: ['&l { n: n { to = <&n &l>; }; };'] },
  { name: 'a base with old phandles', base: '/ { l: a { linux,phandle = <5>; }; };', overlays: ['&l { n: n { to = <&n &l>; }; };'] },
];

/** Pairs that fdtoverlay refuses, with what our finding says and the text that it points at (in the value of the overlay's property). */
export const refusedPairs: readonly (OverlayPair & { readonly says: RegExp })[] = [
  {
    ...on('an unknown label', '&uart9 { status = "okay"; };'),
    says: /^base\.dtb has no symbol "uart9": .* Refer to "uart0" if that is meant/,
  },
  { ...on('an unknown label in a value', '&uart1 { x = <1 &nothing>; };'), says: /no symbol "nothing"/ },
  { ...on('an unknown path', '&{/soc/none} { x; };'), says: /has no node at \/soc\/none/ },
  { ...on('an unknown alias', `/ { ${fragment('target-path = "serial7"', 'x;')} };`), says: /has no node at serial7/ },
  { ...on('no target', '/ { fragment@0 { __overlay__ { x; }; }; };'), says: /fragment@0 has no target/ },
  {
    ...on('a target that is no phandle', `/ { ${fragment('target = <0x77>', 'x;')} };`),
    says: /target of fragment@0 leads to no node .* 0x77/,
  },
  { ...on('a target of two cells', `/ { ${fragment('target = <9 9>', 'x;')} };`), says: /target of fragment@0 is not one cell/ },
  {
    name: 'a symbol that leads nowhere',
    base: '/ { __symbols__ { l = "/gone"; }; };',
    overlays: ['&l { x; };'],
    says: /leads to \/gone, where no node is/,
  },
  {
    name: 'a symbol without phandle',
    base: '/ { n { }; __symbols__ { l = "/n"; }; };',
    overlays: ['&l { x; };'],
    says: /"l", has no phandle/,
  },
];
