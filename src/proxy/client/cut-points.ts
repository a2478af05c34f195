// Where what a client has yet to get can be cut: behind which bytes an ERR packet may stand, and with which number.

/** A point so near (bytes) to the last one is not worth keeping. */
const DISTANCE_BYTES = 64 * 1024;

export interface CutPoint {
  /** Bytes before it, of all that was ever pushed. */
  readonly at: number;
  /** Number of the packet that ends there. */
  readonly sequence: number;
}

export class CutPoints {
  private points: CutPoint[] = [];

  /** @param passed bytes that have left: points before them are of no use any more */
  add(point: CutPoint, passed: number): void {
    const last = this.points.at(-1);
    if (last !== undefined && last.at >= passed && point.at - last.at < DISTANCE_BYTES) return;
    while (this.points[0] !== undefined && this.points[0].at < passed) this.points.shift();
    this.points.push(point);
  }

  /** The first point that is not before `passed`. */
  next(passed: number): CutPoint | undefined {
    return this.points.find(({ at }) => at >= passed);
  }

  clear(): void {
    this.points = [];
  }
}
