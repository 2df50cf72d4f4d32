// How a picture stands on the screen: its size and how far it is moved from the middle. Pure.

export interface Place {
  /** 1: as large as the stage allows. */
  scale: number;
  /** px from the middle. */
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const WHOLE: Place = { scale: 1, x: 0, y: 0 };
export const CLOSEST = 8; // times as large as the stage
export const CLOSER = 1.5; // times, by one press

function bounded(value: number, most: number): number {
  // Never -0: it is written into a style.
  return Math.max(-most, Math.min(most, value)) || 0;
}

/** No further than until an edge of the picture meets the stage's; what fits stays in the middle. */
export function kept(place: Place, picture: Size, stage: Size): Place {
  return {
    scale: place.scale,
    x: bounded(place.x, Math.max(0, (picture.width * place.scale - stage.width) / 2)),
    y: bounded(place.y, Math.max(0, (picture.height * place.scale - stage.height) / 2)),
  };
}

/** Larger or smaller, with what is under `point` (px from the middle of the stage) staying under it. */
export function zoomed(place: Place, by: number, point: Point, picture: Size, stage: Size): Place {
  const scale = Math.max(1, Math.min(CLOSEST, place.scale * by));
  const grown = scale / place.scale;
  return kept(
    { scale, x: point.x - (point.x - place.x) * grown, y: point.y - (point.y - place.y) * grown },
    picture,
    stage,
  );
}

export function moved(place: Place, by: Point, picture: Size, stage: Size): Place {
  return kept({ ...place, x: place.x + by.x, y: place.y + by.y }, picture, stage);
}
