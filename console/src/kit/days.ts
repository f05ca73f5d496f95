/** The moments between which the days from `from` to `to` lie, both days in; days are this browser's. */
export function momentsOf({ from, to }: { from?: string | undefined; to?: string | undefined }) {
  return { from: from && midnight(from, 0), to: to && midnight(to, 1) };
}

function midnight(day: string, later: number): string | undefined {
  const at = new Date(`${day}T00:00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + later);
  return at.toISOString();
}
