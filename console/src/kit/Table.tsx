import type { ReactNode } from "react";
import css from "./Table.module.css";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  /** Set to the end of its cell, as figures are. */
  end?: boolean;
  /** Left out where there is little room. */
  wide?: boolean;
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  /** Each row a block of its own on a phone, where its columns would not fit. */
  stacks?: boolean;
  id: (row: Row) => string;
}

export function Table<Row>({ label, columns, rows, stacks, id }: Props<Row>) {
  return (
    // Tables may be wider than the screen: they scroll by themselves, by keys as well.
    <div className={css.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={css.table} data-stacks={stacks}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" data-end={column.end} data-wide={column.wide}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>
              {columns.map((column) => (
                <td key={column.name} data-end={column.end} data-wide={column.wide} data-name={column.name}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
