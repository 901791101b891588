package dev.balboa.nn.op;

import java.util.List;

/**
 * Convolution with kernels of 3 x 3 and stride 1 by F(4 x 4, 3 x 3) (Winograd, 1980; Lavin and
 * Gray, 2016), in two operations, because what is made of the weights stays the same from picture
 * to picture. Each channel of a tile of 4 x 4 results is
 *
 * <pre>
 * Y = A^T [ sum over c: (G g G^T) * (B^T d B) ] A
 * </pre>
 *
 * of the kernels g and the 6 x 6 pixels d that the tile sees; * multiplies element by element. That
 * takes 36 multiplications where the definition takes 144, and in floating point it loses one to
 * two digits, since the coefficients of the transforms are up to 8 and their terms cancel. One
 * pixel that is not finite reaches all results of the tiles that see it.
 *
 * <p>For inference: they take the place of {@link Conv} in captured programs, where all derivatives
 * have been taken, and have no gradients.
 */
public sealed interface WinogradOp extends Op permits WinogradFilters, WinogradConv {
  /** Multiplied elements of a tile. */
  int POINTS = 36;

  /** Filters that lie together in the transformed weights. */
  int PANEL = 32;

  /** What channels and filters are multiples of. */
  int BLOCK = 16;

  @Override
  default List<Value> vjp(Vjp c) {
    return Vjp.grads(new Value[c.inputs()]);
  }

  @Override
  default boolean isDifferentiable(int index) {
    return false;
  }

  /** The shape of transformed weights: [36, ceil(filters / 32), channels, 32]. */
  static Shape transformed(long filters, long channels) {
    return Shape.of(POINTS, Math.ceilDiv(filters, PANEL), channels, PANEL);
  }

  /** Whether a number of channels or filters is one that these operations have. */
  static boolean isBlocked(long channels) {
    return channels > 0 && channels % BLOCK == 0;
  }
}
