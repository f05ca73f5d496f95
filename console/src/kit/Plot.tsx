import { ActionIcon } from "@mantine/core";
import { IconFileTypeCsv, IconPhotoDown } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { alone, axisPx } from "./marks";
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

/** A line from the axis to the top, where `at` is in view. */
function drawMark({ ctx, bbox, scales, valToPos }: uPlot, at: number | null, colour: string): void {
  const { min, max } = scales["x"] ?? {};
  if (at === null || min == null || max == null || at < min || at > max) return;
  const x = valToPos(at, "x", true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
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
  /** Where the first of the bars begins; each ends at its `x`. */
  from?: number;
  /** A place on the x axis to mark, such as a threshold. */
  mark?: number | null;
}

const X_AXIS_PX = 30;
const TIME_SHOWN_S_MIN = 120;
const DAYS_FROM_S = 36 * 3600;
const TONES = ["accent", "good", "warn", "bad", "ink-soft"] as const;

const toneOf = ({ tone }: Line, place: number) => tone ?? TONES[place % TONES.length]!;

/** Figures over an axis, to look at and to take along as CSV or PNG. */
export function Plot({ name, x, lines, kind = "lines", isTime = false, unit = "", height = 220, from, mark = null }: Props) {
  const { t, i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const marked = useRef(mark);
  marked.current = mark;
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
        hooks: { draw: [(plot) => drawMark(plot, marked.current, colour("--ink"))] },
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
          { ...axis, size: (_, values) => axisPx(values), values: (_, splits) => splits.map((split) => `${figure.format(split)}${unit && ` ${unit}`}`) },
        ],
        series: [
          {},
          ...lines.map((line, place) => {
            const stroke = colour(`--${toneOf(line, place)}`);
            return {
              label: line.name,
              stroke,
              width: kind === "bars" ? 0 : 2,
              // A figure without neighbours makes no line.
              points: {
                show: false,
                size: 6,
                width: 0,
                fill: stroke,
                filter: (plot: uPlot, series: number) => (bars ? null : alone(plot.data[series] ?? [])),
              },
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
    const before = from === undefined ? [] : [from];
    // An empty bar before the first one, so that one alone is as wide as it is.
    plot.current?.setData([[...before, ...x], ...lines.map((line) => [...before.map(() => null), ...line.values])]);
  }, [x, lines, shape, from, mark]);

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
