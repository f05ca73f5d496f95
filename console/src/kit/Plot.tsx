import { ActionIcon } from "@mantine/core";
import { IconFileTypeCsv, IconPhotoDown } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import css from "./Plot.module.css";
import { save, saveCsv } from "./save";

export interface Line {
  name: string;
  /** What it stands for, where that has a colour; else the next one. */
  tone?: (typeof TONES)[number];
  values: (number | null)[];
}

/** A while at least, so that the first figures don't fill the axis; until now where there are none. */
function timeRange(_: uPlot, min: number | null, max: number | null): [number, number] {
  const end = max ?? Date.now() / 1000;
  return [Math.min(min ?? end, end - TIME_SHOWN_S_MIN), end];
}

interface Props {
  /** Names the files, and the picture for who can't see it. */
  name: string;
  /** Seconds since 1970, or any figure. */
  x: number[];
  lines: Line[];
  kind?: "lines" | "bars";
  isTime?: boolean;
  unit?: string;
  height?: number;
  /** A place on the x axis to mark, such as a threshold. */
  mark?: number | null;
}

const X_AXIS_PX = 30;
const TIME_SHOWN_S_MIN = 120;
const DAYS_FROM_S = 36 * 3600;
const TONES = ["accent", "good", "warn", "bad", "ink-soft"] as const;

const toneOf = ({ tone }: Line, place: number) => tone ?? TONES[place % TONES.length]!;

/** Figures over an axis, to look at and to take along as CSV or PNG. */
export function Plot({ name, x, lines, kind = "lines", isTime = false, unit = "", height = 220, mark = null }: Props) {
  const { t, i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shape = JSON.stringify([lines.map(({ name, tone }) => [name, tone]), kind, isTime, unit, height, i18n.language]);

  useEffect(() => {
    const element = box.current!;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis: uPlot.Axis = {
      stroke: colour("--ink-soft"),
      font: `12px ${style.fontFamily}`,
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const bars = kind === "bars" ? uPlot.paths.bars?.({ size: [0.9], align: -1 }) : undefined;
    const clock = new Intl.DateTimeFormat(i18n.language, { timeStyle: "short" });
    const day = new Intl.DateTimeFormat(i18n.language, { day: "numeric", month: "short" });
    // Of days, the hour says little.
    const moment = (splits: number[]) => ((splits.at(-1) ?? 0) - (splits[0] ?? 0) > DAYS_FROM_S ? day : clock);
    const figure = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 });
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        cursor: { y: false, drag: { x: false, y: false } },
        legend: { show: false },
        scales: {
          x: { time: isTime, ...(isTime && { range: timeRange }) },
          y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
        },
        axes: [
          {
            ...axis,
            size: X_AXIS_PX,
            ...(isTime && { space: 90, values: (_: uPlot, splits: number[]) => splits.map((split) => moment(splits).format(split * 1000)) }),
          },
          { ...axis, size: 56, values: (_, splits) => splits.map((split) => `${figure.format(split)}${unit && ` ${unit}`}`) },
        ],
        series: [
          {},
          ...lines.map((line, place) => {
            const stroke = colour(`--${toneOf(line, place)}`);
            return {
              label: line.name,
              stroke,
              width: kind === "bars" ? 0 : 2,
              points: { show: false },
              ...(bars && { paths: bars, fill: stroke }),
            };
          }),
        ],
      },
      [[]],
      element,
    );
    plot.current = made;
    const fit = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    fit.observe(element);
    return () => {
      fit.disconnect();
      made.destroy();
    };
    // `shape` stands for everything that the plot is built of; the figures come by `setData`.
  }, [shape]);

  useEffect(() => {
    plot.current?.setData([x, ...lines.map((line) => line.values)]);
  }, [x, lines, shape]);

  const savePng = () => {
    plot.current?.ctx.canvas.toBlob((picture) => picture && save(`${name}.png`, picture));
  };
  const saveFigures = () =>
    saveCsv(`${name}.csv`, [
      [isTime ? "time" : "x", ...lines.map((line) => line.name)],
      ...x.map((value, place) => [
        isTime ? new Date(value * 1000).toISOString() : value,
        ...lines.map((line) => line.values[place]),
      ]),
    ]);

  return (
    <figure className={css.plot}>
      <figcaption className={css.head}>
        <ul className={css.legend}>
          {lines.map((line, place) => (
            <li key={line.name} data-tone={toneOf(line, place)}>
              {line.name}
            </li>
          ))}
          {mark !== null && <li data-tone="mark">{t("analytics.threshold", { value: mark.toFixed(3) })}</li>}
        </ul>
        <span>
          <ActionIcon variant="subtle" aria-label={t("common.csv_of", { name })} onClick={saveFigures}>
            <IconFileTypeCsv size={18} stroke={1.6} />
          </ActionIcon>
          <ActionIcon variant="subtle" aria-label={t("common.png_of", { name })} onClick={savePng}>
            <IconPhotoDown size={18} stroke={1.6} />
          </ActionIcon>
        </span>
      </figcaption>
      <div ref={box} className={css.box} role="img" aria-label={name} dir="ltr" />
    </figure>
  );
}
