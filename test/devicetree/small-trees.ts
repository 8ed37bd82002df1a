/** Small trees of our own, as the blob tests and the printer's use them. Each has something that the others have not. */
export const smallTrees: Readonly<Record<string, string>> = {
  empty: '/ { };',
  'reservations and a boot processor': `
    /memreserve/ 0x3b400000 0x4c00000;
    /memreserve/ 0xfffffffff0000000 0x10000;
    / { cpus { #address-cells = <1>; #size-cells = <0>; cpu@3 { reg = <3>; }; cpu@0 { reg = <0>; }; }; };`,
  'values of every kind': `
    / {
      flag;
      one = <1>;
      cells = <0x7e215040 0xffffffff 0 42>;
      text = "a", "", "b c", "tab\\there \\"quoted\\" back\\\\slash\\nnew";
      latin = "caf\\xe9";
      bytes = [de ad be ef 00];
      single = [00];
      odd = <1>, [aa];
      mixed = "label", <1 2>, [01 02 03];
      wide = /bits/ 64 <0x123456789abcdef0 1>;
      half = /bits/ 16 <0x1234 2 3>;
      looks-like-text = <0x61626300>;
      only-nuls = <0 0 0>;
    };`,
  'names that share their ends':
    '/ { reg = <1>; eg; #size-cells = <1>; a { linux,reg = <2>; xreg = <3>; reg = <4>; }; b { greg; size-cells; }; };',
  'buses with addresses': `
    / {
      #address-cells = <2>; #size-cells = <1>;
      memory@0 { device_type = "memory"; reg = <0 0 0x3b400000>, <0 0x40000000 0xbc000000>, <1 0 0x80000000>; };
      soc { #address-cells = <1>; #size-cells = <1>;
        ranges = <0x7e000000 0 0xfe000000 0x1800000>, <0x7c000000 0 0xfc000000 0x2000000>;
        serial@7e215040 { compatible = "brcm,bcm2835-aux-uart"; reg = <0x7e215040 0x40>; };
        i2c@7e205000 { reg = <0x7e205000 0x200>; #address-cells = <1>; #size-cells = <0>; chip@50 { reg = <0x50>; }; };
      };
      wrong { #address-cells = <3>; #size-cells = <3>; ranges = <1 2 3>; child@0 { reg = <0 1>; ranges; }; };
    };`,
  'references of every kind': `
    / {
      interrupt-parent = <&gic>;
      gic: interrupt-controller@1 { #interrupt-cells = <3>; interrupt-controller; };
      osc: clock { #clock-cells = <0>; };
      pll: pll { #clock-cells = <1>; clocks = <&osc>; };
      gpio: gpio { #gpio-cells = <2>; };
      user { clocks = <&osc>, <&pll 4>, <&osc>; reset-gpios = <&gpio 3 1>; interrupts-extended = <&gic 0 93 4>; interrupts = <0 93 4 0 94 4>; path = &gpio;
        pinctrl-0 = <&a &b>; vcc-supply = <&a>; gpios = <0>, <&gpio 1 2>; clocks-wrong = <1 2>; mboxes = <&osc 99>; memory-region = <&{/pins/a}>; };
      pins { a: a { }; b: b@1 { }; };
    };`,
  'names with every character': '/ { a,b._+-@1,2._+- { Q,w._+*#?-9 = <1>; }; 0 { 1 = <2>; }; };',
  'two labels and nodes that another one extends': '/ { x: y: n { }; }; / { n { q = <&x>; }; }; &y { z; };',
};

export const smallOverlays: Readonly<Record<string, string>> = {
  sugar: '/plugin/; &uart1 { status = "okay"; extra { a = <&uart1 &gic>; }; };',
  'by path': '/plugin/; &{/soc} { n: new@1 { self = <&n>; }; };',
  fragments: `/plugin/; / { compatible = "brcm,bcm2711";
    fragment@0 { target = <&soc>; __overlay__ { a: a { b = <&a 2 &c>; }; }; };
    fragment@1 { target-path = "/"; c: __overlay__ { d; }; }; };`,
};
