package dev.balboa.nn.tensor;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Roll;
import dev.balboa.nn.op.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rearrangements that are composed of other operations. Negative axes count from the end.
 *
 * <p>Errors: {@link IllegalArgumentException} with the function's name, what it expected and what
 * it got.
 */
public final class Shapes {
  /** With one axis outside and one inside, as many as a native copy has axes for. */
  private static final int TILED_AT_ONCE = 3;

  private Shapes() {}

  private static void require(boolean condition, String function, String expected, Object got) {
    if (!condition) {
      throw new IllegalArgumentException(function + ": expected " + expected + ", got " + got);
    }
  }

  private static int axis(String function, Shape shape, int axis) {
    return shape.axis(function, axis);
  }

  // ---- Repeating and cutting ----

  /** The tensor repeated so many times along each axis, as one behind the other. */
  public static Tensor tile(Tensor x, long... repeats) {
    Shape shape = x.shape();
    require(
        repeats.length == shape.rank() && Arrays.stream(repeats).allMatch(r -> r >= 0),
        "tile",
        shape.rank() + " numbers >= 0",
        Arrays.toString(repeats));
    Tensor y = x;
    for (int end = shape.rank(); end > 0; end -= TILED_AT_ONCE) {
      y = tile(y, Math.max(0, end - TILED_AT_ONCE), end, repeats);
    }
    return y;
  }

  /** Repeats axes [from, to) by one copy: each has an axis of its repeats before it. */
  private static Tensor tile(Tensor x, int from, int to, long... repeats) {
    Shape tiled = x.shape();
    Shape apart = Shape.of(tiled.slice(0, from).size());
    Shape repeated = apart;
    for (int i = from; i < to; i++) {
      apart = apart.append(1, tiled.dim(i));
      repeated = repeated.append(repeats[i], tiled.dim(i));
      tiled = tiled.with(i, repeats[i] * tiled.dim(i));
    }
    long inner = tiled.slice(to, tiled.rank()).size();
    return x.reshape(apart.append(inner).dims())
        .expand(repeated.append(inner).dims())
        .reshape(tiled.dims());
  }

  /** Each element repeated so many times in place along an axis. */
  public static Tensor repeatInterleave(Tensor x, int axis, long repeats) {
    Shape shape = x.shape();
    int at = axis("repeat_interleave", shape, axis);
    require(repeats >= 0, "repeat_interleave", "repeats >= 0", repeats);
    long outer = shape.slice(0, at + 1).size();
    long inner = shape.slice(at + 1, shape.rank()).size();
    return x.reshape(outer, 1, inner)
        .expand(outer, repeats, inner)
        .reshape(shape.with(at, shape.dim(at) * repeats).dims());
  }

  /**
   * The elements moved {@code shift} positions up an axis, those that leave it come in again:
   * {@link Roll}.
   */
  public static Tensor roll(Tensor x, int axis, long shift) {
    int at = axis("roll", x.shape(), axis);
    return Tensor.apply(new Roll(at, shift), x).get(0);
  }

  /** Views of consecutive parts of an axis, whose sizes add up to its length. */
  public static List<Tensor> split(Tensor x, int axis, long... sizes) {
    int at = axis("split", x.shape(), axis);
    long n = x.shape().dim(at);
    require(
        Arrays.stream(sizes).allMatch(s -> s >= 0) && Arrays.stream(sizes).sum() == n,
        "split",
        "sizes >= 0 that add up to " + n,
        Arrays.toString(sizes));
    List<Tensor> parts = new ArrayList<>();
    long start = 0;
    for (long size : sizes) {
      parts.add(x.slice(at, start, start + size));
      start += size;
    }
    return parts;
  }

  /** Views of at most {@code parts} parts of an axis, equal in size but for the last one. */
  public static List<Tensor> chunk(Tensor x, int axis, int parts) {
    int at = axis("chunk", x.shape(), axis);
    require(parts > 0, "chunk", "parts > 0", parts);
    long n = x.shape().dim(at);
    long size = Math.max(1, (n + parts - 1) / parts);
    List<Tensor> chunks = new ArrayList<>();
    for (long start = 0; start == 0 || start < n; start += size) {
      chunks.add(x.slice(at, start, Math.min(n, start + size)));
    }
    return chunks;
  }

  /**
   * The grid that vectors of lengths n1, n2, ... span: one view [n1, n2, ...] for each, which
   * varies along its own axis alone ("ij" indexing).
   */
  public static List<Tensor> meshgrid(Tensor... vectors) {
    require(vectors.length > 0, "meshgrid", "at least one vector", "none");
    long[] dims = new long[vectors.length];
    for (int i = 0; i < dims.length; i++) {
      require(vectors[i].shape().rank() == 1, "meshgrid", "vectors", vectors[i].spec());
      dims[i] = vectors[i].shape().dim(0);
    }
    List<Tensor> grid = new ArrayList<>();
    for (int i = 0; i < dims.length; i++) {
      long[] alone = new long[dims.length];
      Arrays.fill(alone, 1);
      alone[i] = dims[i];
      grid.add(vectors[i].reshape(alone).expand(dims));
    }
    return grid;
  }

  // ---- Masks and diagonals ----

  /** x with {@code value} where {@code mask} (BOOL, broadcast to x) is true. */
  public static Tensor maskedFill(Tensor x, Tensor mask, double value) {
    require(
        mask.dtype() == DType.BOOL && mask.shape().broadcastsTo(x.shape()),
        "masked_fill",
        "a BOOL mask that broadcasts to " + x.shape(),
        mask.spec());
    return mask.where(Tensors.fill(x.spec().withShape(Shape.scalar()), value), x);
  }

  /**
   * The last two axes with zeros above the {@code k}-th diagonal; 0 is the main one, 1 above it.
   */
  public static Tensor tril(Tensor x, long k) {
    return triangle("tril", x, CompareKind.LE, k);
  }

  /**
   * The last two axes with zeros below the {@code k}-th diagonal; 0 is the main one, 1 above it.
   */
  public static Tensor triu(Tensor x, long k) {
    return triangle("triu", x, CompareKind.GE, k);
  }

  /** Keeps column - row where it compares to {@code k}. */
  private static Tensor triangle(String function, Tensor x, CompareKind keep, long k) {
    Shape shape = x.shape();
    require(shape.rank() >= 2, function, "at least two axes", shape);
    Tensor diagonals = numbers(shape.dim(-2), k).unsqueeze(1);
    Tensor kept = numbers(shape.dim(-1), 0).compare(keep, diagonals);
    return kept.where(x, Tensors.fill(x.spec().withShape(Shape.scalar()), 0));
  }

  private static Tensor numbers(long count, long start) {
    return Tensors.arange((double) start, 1, count, DType.I64);
  }

  /**
   * The {@code k}-th diagonal of the last two axes, as the last axis; 0 is the main one, 1 above
   * it.
   */
  public static Tensor diagonal(Tensor x, long k) {
    Shape shape = x.shape();
    require(shape.rank() >= 2, "diagonal", "at least two axes", shape);
    long rows = shape.dim(-2);
    long columns = shape.dim(-1);
    long length = Math.max(0, Math.min(rows - Math.max(0, -k), columns - Math.max(0, k)));
    Shape lead = shape.slice(0, shape.rank() - 2);
    long start = length == 0 ? 0 : k >= 0 ? k : -k * columns;
    long stop = length == 0 ? 0 : start + (length - 1) * (columns + 1) + 1;
    return x.reshape(lead.append(rows * columns).dims()).slice(-1, start, stop, columns + 1);
  }

  // ---- Between channels and space ----

  /**
   * [..., C r^2, H, W] to [..., C, H r, W r]: channel (c, i, j) goes to row i and column j of each
   * cell (Shi et al., 2016).
   */
  public static Tensor pixelShuffle(Tensor x, int factor) {
    long square = (long) factor * factor;
    Shape shape = x.shape();
    require(
        shape.rank() >= 3 && factor > 0 && shape.dim(-3) % square == 0,
        "pixel_shuffle",
        "[..., C r^2, H, W] for the factor r = " + factor,
        shape);
    Shape lead = shape.slice(0, shape.rank() - 3);
    long c = shape.dim(-3) / square;
    long h = shape.dim(-2);
    long w = shape.dim(-1);
    return x.reshape(lead.size() * c, factor, factor, h, w)
        .permute(0, 3, 1, 4, 2)
        .reshape(lead.append(c, h * factor, w * factor).dims());
  }

  /** [..., C, H r, W r] to [..., C r^2, H, W]: the inverse of {@link #pixelShuffle}. */
  public static Tensor pixelUnshuffle(Tensor x, int factor) {
    Shape shape = x.shape();
    requireCells("pixel_unshuffle", shape, factor);
    Shape lead = shape.slice(0, shape.rank() - 3);
    long c = shape.dim(-3);
    long h = shape.dim(-2) / factor;
    long w = shape.dim(-1) / factor;
    return x.reshape(lead.size() * c, h, factor, w, factor)
        .permute(0, 2, 4, 1, 3)
        .reshape(lead.append(c * factor * factor, h, w).dims());
  }

  private static void requireCells(String function, Shape shape, int factor) {
    require(
        shape.rank() >= 3
            && factor > 0
            && shape.dim(-2) % factor == 0
            && shape.dim(-1) % factor == 0,
        function,
        "[..., C, H r, W r] for the factor r = " + factor,
        shape);
  }

  /**
   * [..., C, H r, W r] to [..., r^2 C, H, W]: row i and column j of each cell go to channel (i, j,
   * c), the position in the cell before the channel, as in ONNX.
   */
  public static Tensor spaceToDepth(Tensor x, int factor) {
    Shape shape = x.shape();
    requireCells("space_to_depth", shape, factor);
    Shape lead = shape.slice(0, shape.rank() - 3);
    long c = shape.dim(-3);
    long h = shape.dim(-2) / factor;
    long w = shape.dim(-1) / factor;
    return x.reshape(lead.size(), c, h, factor, w, factor)
        .permute(0, 3, 5, 1, 2, 4)
        .reshape(lead.append(c * factor * factor, h, w).dims());
  }

  /** [..., r^2 C, H, W] to [..., C, H r, W r]: the inverse of {@link #spaceToDepth}. */
  public static Tensor depthToSpace(Tensor x, int factor) {
    long square = (long) factor * factor;
    Shape shape = x.shape();
    require(
        shape.rank() >= 3 && factor > 0 && shape.dim(-3) % square == 0,
        "depth_to_space",
        "[..., r^2 C, H, W] for the factor r = " + factor,
        shape);
    Shape lead = shape.slice(0, shape.rank() - 3);
    long c = shape.dim(-3) / square;
    long h = shape.dim(-2);
    long w = shape.dim(-1);
    return x.reshape(lead.size(), factor, factor, c, h, w)
        .permute(0, 3, 4, 1, 5, 2)
        .reshape(lead.append(c, h * factor, w * factor).dims());
  }
}
