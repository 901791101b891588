package dev.balboa.nn.data;

import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import java.util.Objects;

/**
 * Cuts a {@link Dataset} into batches, epoch by epoch, assembled ahead of their use by a background
 * thread:
 *
 * <pre>{@code
 * DataLoader loader = new DataLoader(dataset, 128).shuffle(seed);
 * try (Epoch epoch = loader.epoch(0)) {
 *   while (epoch.hasNext()) {
 *     try (var _ = Scope.open()) {
 *       Batch batch = epoch.next();
 *       ...
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>The order of an epoch's samples depends on seed and number of the epoch only, so a run is
 * repeated exactly, and resumed in the middle of an epoch with {@link #epoch(long, int)}.
 *
 * <p>Thread rule: configured by one thread; {@link #epoch} may then be called by any.
 */
public final class DataLoader {
  /** How many batches are assembled ahead unless told. */
  public static final int DEFAULT_PREFETCH = 2;

  private final Dataset dataset;
  private final int batchSize;
  private boolean shuffled;
  private long seed;
  private boolean dropLast;
  private int prefetch = DEFAULT_PREFETCH;

  /** Batches in the dataset's own order, the last one possibly smaller. */
  public DataLoader(Dataset dataset, int batchSize) {
    this.dataset = Objects.requireNonNull(dataset, "data loader: dataset");
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "data loader: expected a batch size >= 1, got " + batchSize);
    }
    this.batchSize = batchSize;
  }

  /** Shuffles every epoch, each differently. */
  public DataLoader shuffle(long shuffleSeed) {
    shuffled = true;
    seed = shuffleSeed;
    return this;
  }

  /** Leaves out the samples at the end of an epoch that do not fill a batch. */
  public DataLoader dropLast() {
    dropLast = true;
    return this;
  }

  /** How many batches to assemble ahead; 0 assembles them on the thread that asks. */
  public DataLoader prefetch(int batches) {
    if (batches < 0) {
      throw new IllegalArgumentException(
          "data loader: expected a prefetch of >= 0 batches, got " + batches);
    }
    prefetch = batches;
    return this;
  }

  /** What the batches are cut from. */
  public Dataset dataset() {
    return dataset;
  }

  /** Samples in a batch; the last one of an epoch may have fewer. */
  public int batchSize() {
    return batchSize;
  }

  /** Batches in an epoch. */
  public int batches() {
    return dropLast
        ? dataset.size() / batchSize
        : Math.toIntExact(Math.ceilDiv((long) dataset.size(), batchSize));
  }

  /** Samples in an epoch. */
  public int samples() {
    return dropLast ? batches() * batchSize : dataset.size();
  }

  /** Starts an epoch; the caller closes it. */
  public Epoch epoch(long number) {
    return epoch(number, 0);
  }

  /**
   * Starts in the middle of an epoch; the caller closes it.
   *
   * @param number of the epoch, which decides the order
   * @param firstBatch how many batches to leave out, at most {@link #batches}
   */
  public Epoch epoch(long number, int firstBatch) {
    if (number < 0) {
      throw new IllegalArgumentException("data loader: expected an epoch >= 0, got " + number);
    }
    if (firstBatch < 0 || firstBatch > batches()) {
      throw new IllegalArgumentException(
          "data loader: expected a first batch in [0, " + batches() + "], got " + firstBatch);
    }
    int[] order =
        shuffled
            ? Permutation.shuffled(dataset.size(), seed, number)
            : Permutation.identity(dataset.size());
    Allocator allocator = Scope.isAnyOpen() ? Scope.current().allocator() : Allocator.shared();
    var assembly = new BatchAssembly(dataset, allocator, order, batchSize, samples(), number);
    return new Epoch(assembly, firstBatch, batches(), prefetch);
  }

  /** All that decides which samples are in which batch, except the samples themselves. */
  @Override
  public String toString() {
    return dataset.size()
        + " samples in batches of "
        + batchSize
        + (dropLast ? " without an incomplete one" : "")
        + (shuffled ? ", shuffled with seed " + seed : ", not shuffled");
  }
}
