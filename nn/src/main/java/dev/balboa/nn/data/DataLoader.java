package dev.balboa.nn.data;

import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import java.util.Objects;

/**
 * Cuts a {@link Dataset} into batches, epoch by epoch, assembled ahead of their use by background
 * threads:
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
 * <p>The order of an epoch's samples depends on seed and number of the epoch only, and batches come
 * in order whatever the number of {@link #workers}, so a run is repeated exactly, and resumed in
 * the middle of an epoch with {@link #epoch(long, int)}.
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
  private Bucketing bucketing = new Bucketing(1);
  private int workers = 1;
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

  /**
   * Puts samples of similar {@linkplain Dataset#length length} into a batch, so that little is
   * padded: stretches of so many batches are sorted by length, cut, and their batches shuffled if
   * samples are.
   */
  public DataLoader bucketed(int batchesInStretch) {
    if (batchesInStretch < 1) {
      throw new IllegalArgumentException(
          "data loader: expected stretches of >= 1 batches, got " + batchesInStretch);
    }
    bucketing = new Bucketing(batchesInStretch);
    return this;
  }

  /**
   * How many background threads assemble batches, 1 unless told; 0 assembles them on the thread
   * that asks. The batches and their order are the same with any number. More than one help where
   * samples are costly: pictures to decode, augmentation.
   */
  public DataLoader workers(int threads) {
    if (threads < 0) {
      throw new IllegalArgumentException("data loader: expected workers >= 0, got " + threads);
    }
    workers = threads;
    return this;
  }

  /**
   * How many batches to assemble ahead, those under way included; so many are in memory at most. 0
   * assembles them on the thread that asks. Each worker has at least one under way.
   */
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
    Allocator allocator = Scope.isAnyOpen() ? Scope.current().allocator() : Allocator.shared();
    var assembly =
        new BatchAssembly(dataset, allocator, order(number), batchSize, samples(), number);
    int threads = prefetch == 0 ? 0 : workers;
    return new Epoch(assembly, firstBatch, batches(), threads, Math.max(prefetch, threads));
  }

  private int[] order(long epoch) {
    int size = dataset.size();
    return shuffled
        ? bucketing.arrange(
            dataset, Permutation.shuffled(size, seed, epoch), batchSize, seed, epoch)
        : bucketing.arrange(dataset, Permutation.identity(size), batchSize, null, epoch);
  }

  /** All that decides which samples are in which batch, except the samples themselves. */
  @Override
  public String toString() {
    return dataset.size()
        + " samples in batches of "
        + batchSize
        + (dropLast ? " without an incomplete one" : "")
        + (shuffled ? ", shuffled with seed " + seed : ", not shuffled")
        + (bucketing.batches() > 1
            ? ", sorted by length in stretches of " + bucketing.batches() + " batches"
            : "");
  }
}
