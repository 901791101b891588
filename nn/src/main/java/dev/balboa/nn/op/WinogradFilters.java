package dev.balboa.nn.op;

import java.util.List;

/**
 * Weights as {@link WinogradConv} multiplies with them: U = G g G^T of each kernel g, with
 *
 * <pre>
 *     |  1/4    0     0  |
 *     | -1/6  -1/6  -1/6 |
 * G = | -1/6   1/6  -1/6 |
 *     | 1/24  1/12   1/6 |
 *     | 1/24 -1/12   1/6 |
 *     |   0     0     1  |
 * </pre>
 *
 * <p>Input: w [F, C, 3, 3], F and C multiples of 16. Output: [36, ceil(F / 32), C, 32] of the same
 * type, the elements of U row after row, then filters f as (f / 32, channel, f % 32), with zeros
 * behind the last filter: four times as much memory as the weights, and more if F is no multiple of
 * 32.
 */
public record WinogradFilters() implements WinogradOp {
  @Override
  public String name() {
    return "winograd_filters";
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 1);
    TensorSpec w = in.get(0);
    Check.rank(name(), "weights", w, 4);
    Check.floating(name(), "weights", w);
    Shape s = w.shape();
    Check.that(s.dim(2) == 3 && s.dim(3) == 3, name(), "weights with kernel [3, 3]", w);
    Check.that(
        WinogradOp.isBlocked(s.dim(0)) && WinogradOp.isBlocked(s.dim(1)),
        name(),
        "filters and channels in multiples of " + BLOCK,
        w);
    return List.of(w.withShape(WinogradOp.transformed(s.dim(0), s.dim(1))));
  }
}
