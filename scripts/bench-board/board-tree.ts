/** A device tree of the size that a real board's has, in several files, with overlays; all of our own making. */
export interface GeneratedTree {
  /** Text by path inside the folder of trees; `board.dts` is the one to compile. */
  readonly files: ReadonlyMap<string, string>;
  /** Overlays beside the example's own, in the order in which they are applied. */
  readonly overlays: readonly string[];
  /** Lines of `board.dts` with what it includes, without built-in headers. */
  readonly lines: number;
}

const groups = 45;
const busDevices = 45;
const regulators = 40;

/** `example` is the board tree of examples/rpi4: it becomes a file that `board.dts` includes and adds to. */
export function generateBoardTree(example: string): GeneratedTree {
  const files = new Map([
    ['bcm2711.dtsi', example.replace('/dts-v1/;\n', '')],
    ['pins.dtsi', pins()],
    ['buses.dtsi', buses()],
    ['supplies.dtsi', supplies()],
    ['board.dts', board()],
  ]);
  const lines = [...files.values()].reduce((sum, text) => sum + text.split('\n').length - 1, 0);
  const overlays = ['sensors.dts', 'display.dts'];
  return { files: new Map([...files, ['sensors.dts', sensors()], ['display.dts', display()]]), overlays, lines };
}

function board(): string {
  const enabled = range(busDevices)
    .filter((at) => at % 3 === 0)
    .map((at) => `&dev${at} {\n\tpinctrl-names = "default";\n\tpinctrl-0 = <&pins${at}>;\n\tstatus = "okay";\n};\n`);
  return `/dts-v1/;

#include "bcm2711.dtsi"
#include "pins.dtsi"
#include "buses.dtsi"
#include "supplies.dtsi"

/ {
	leds {
		compatible = "gpio-leds";

		led-act {
			label = "ACT";
			default-state = "keep";
			linux,default-trigger = "heartbeat";
			gpios = <&gpio 42 0>;
		};
	};
};

&genet {
	max-speed = <1000>;
};

${enabled.join('\n')}`;
}

/** Groups of pins, as a pin controller has them. */
function pins(): string {
  const group = (at: number) => `	pins${at}: pins${at} {
		pin-data {
			pins = "gpio${at % 58}", "gpio${(at + 1) % 58}";
			function = "alt${at % 6}";
			bias-pull-up;
		};

		pin-clock {
			pins = "gpio${(at + 2) % 58}";
			function = "alt${at % 6}";
			bias-disable;
		};
	};
`;
  return `&gpio {\n${range(groups).map(group).join('\n')}};\n`;
}

/** Devices of the peripheral bus, where the board has nothing else; their interrupts are those of no cell. */
function buses(): string {
  const device = (at: number) => {
    const bus = 0x7e400000 + at * 0x1000;
    return `	dev${at}: i2c@${bus.toString(16)} {
		compatible = "bench,i2c-${at % 7}", "brcm,bcm2835-i2c";
		reg = <(BUS + ${at} * STEP) 0x200>;
		interrupts = <GIC_SPI (FIRST + ${at % 16}) IRQ_TYPE_LEVEL_HIGH>;
		clocks = <&clocks (CLOCK + ${at % 4})>;
		clock-frequency = <${100000 * (1 + (at % 4))}>;
		#address-cells = <1>;
		#size-cells = <0>;
		status = "disabled";
	};
`;
  };
  const defines = '#define BUS 0x7e400000\n#define STEP 0x1000\n#define FIRST 16\n#define CLOCK (10 + 10)\n';
  return `${defines}\n&soc {\n${range(busDevices).map(device).join('\n')}};\n`;
}

function supplies(): string {
  const supply = (at: number) => `	supply${at}: supply-${at} {
		compatible = "regulator-fixed";
		regulator-name = "supply-${at}";
		regulator-min-microvolt = <${1000000 + at * 25000}>;
		regulator-max-microvolt = <${1000000 + at * 25000}>;
		regulator-always-on;
		gpio = <&gpio ${at} 0>;
		startup-delay-us = <(${at} * 100)>;
		enable-active-high;
	};
`;
  return `/ {\n${range(regulators).map(supply).join('\n')}};\n`;
}

function sensors(): string {
  const sensor = (at: number) => `&dev${at} {
	status = "okay";
	#address-cells = <1>;
	#size-cells = <0>;

	sensor${at}: sensor@${(0x20 + at).toString(16)} {
		compatible = "bench,sensor";
		reg = <0x${(0x20 + at).toString(16)}>;
		vdd-supply = <&supply${at % regulators}>;
		interrupt-parent = <&gpio>;
		interrupts = <${at} 2>;
	};
};
`;
  return `/dts-v1/;\n/plugin/;\n\n${range(12).map(sensor).join('\n')}`;
}

function display(): string {
  return `/dts-v1/;
/plugin/;

/ {
	fragment@0 {
		target-path = "/";
		__overlay__ {
			panel: panel {
				compatible = "bench,panel";
				power-supply = <&supply3>;
			};
		};
	};

	fragment@1 {
		target = <&dev9>;
		__overlay__ {
			status = "okay";
			display = <&panel>;
		};
	};
};
`;
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, at) => at);
}
