package dev.balboa.nn.op;

/** What a picture is outside of its bounds, see {@link GridSample}. */
public enum GridPadding {
  /** Zeros. */
  ZEROS,
  /** The nearest element of the border. */
  BORDER,
  /**
   * Its mirror image, and the mirror image of that: about the centres of the border elements with
   * aligned corners, about their outer edges without.
   */
  REFLECTION
}
