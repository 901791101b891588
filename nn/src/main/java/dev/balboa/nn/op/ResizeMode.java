package dev.balboa.nn.op;

/** How resized elements come from their neighbours on each axis. */
public enum ResizeMode {
  /** The element at floor(j n / m). */
  NEAREST,
  /** The two neighbours, weighted by distance. */
  LINEAR,
  /** The four neighbours under Keys' cubic kernel (1981) with a = -3/4. */
  CUBIC
}
