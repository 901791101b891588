package dev.balboa.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestExecution;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DataLoaderTest {
  @RegisterExtension private final TestExecution context = new TestExecution();

  /** Sample i is [i, -i] with label i. */
  private static class Counting implements Dataset {
    private final int size;
    final AtomicInteger reads = new AtomicInteger();

    Counting(int size) {
      this.size = size;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public TensorSpec inputSpec() {
      return TensorSpec.f32(2);
    }

    @Override
    public TensorSpec labelSpec() {
      return new TensorSpec(Shape.scalar(), DType.I32);
    }

    @Override
    public void read(int index, MemorySegment input, MemorySegment label) {
      assertThat(input.byteSize()).isEqualTo(8);
      assertThat(label.byteSize()).isEqualTo(4);
      input.setAtIndex(ValueLayout.JAVA_FLOAT, 0, index);
      input.setAtIndex(ValueLayout.JAVA_FLOAT, 1, -index);
      label.set(ValueLayout.JAVA_INT, 0, index);
      reads.incrementAndGet();
    }
  }

  private static List<Integer> labels(Epoch epoch) {
    List<Integer> all = new ArrayList<>();
    try (epoch) {
      epoch.forEachRemaining(b -> IntStream.of(b.y().toInts()).forEach(all::add));
    }
    return all;
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100})
  void cutsBatchesInOrder(int prefetch) {
    DataLoader loader = new DataLoader(new Counting(10), 4).prefetch(prefetch);
    assertThat(loader.batches()).isEqualTo(3);
    assertThat(loader.samples()).isEqualTo(10);
    try (Epoch epoch = loader.epoch(0)) {
      Batch first = epoch.next();
      assertThat(first.size()).isEqualTo(4);
      assertThat(first.x().spec()).hasToString("F32[4, 2]");
      assertThat(first.y().spec()).hasToString("I32[4]");
      assertThat(first.x().toFloats()).containsExactly(0, 0, 1, -1, 2, -2, 3, -3);
      assertThat(first.y().toInts()).containsExactly(0, 1, 2, 3);
      assertThat(epoch.position()).isEqualTo(1);
      assertThat(epoch.next().size()).isEqualTo(4);
      assertThat(epoch.next().y().toInts()).containsExactly(8, 9);
      assertThat(epoch.hasNext()).isFalse();
      assertThatThrownBy(epoch::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void dropsTheLastBatchOnRequest() {
    DataLoader loader = new DataLoader(new Counting(10), 4).dropLast();
    assertThat(loader.batches()).isEqualTo(2);
    assertThat(loader.samples()).isEqualTo(8);
    assertThat(labels(loader.epoch(0))).isEqualTo(range(0, 8));
    assertThat(labels(new DataLoader(new Counting(3), 4).dropLast().epoch(0))).isEmpty();
    assertThat(labels(new DataLoader(new Counting(0), 4).epoch(0))).isEmpty();
  }

  @Test
  void shufflesEveryEpochDifferentlyAndRepeatably() {
    DataLoader loader = new DataLoader(new Counting(100), 7).shuffle(5);
    List<Integer> first = labels(loader.epoch(0));
    List<Integer> second = labels(loader.epoch(1));
    assertThat(first).containsExactlyInAnyOrderElementsOf(range(0, 100)).isNotEqualTo(second);
    assertThat(first).isNotEqualTo(range(0, 100));
    assertThat(second).containsExactlyInAnyOrderElementsOf(range(0, 100));
    assertThat(labels(new DataLoader(new Counting(100), 9).shuffle(5).epoch(1))).isEqualTo(second);
    assertThat(labels(new DataLoader(new Counting(100), 7).shuffle(6).epoch(0)))
        .isNotEqualTo(first);
  }

  @Test
  void permutationsAreTheSameOnEveryPlatformAndUniform() {
    assertThat(Permutation.shuffled(8, 42, 3)).containsExactly(5, 4, 6, 2, 1, 3, 7, 0);
    int[] seen = new int[25];
    for (int epoch = 0; epoch < 5000; epoch++) {
      int[] order = Permutation.shuffled(5, 1, epoch);
      for (int i = 0; i < 5; i++) {
        seen[5 * i + order[i]]++;
      }
    }
    assertThat(IntStream.of(seen).boxed()).allMatch(count -> count > 850 && count < 1150);
  }

  @Test
  void continuesInTheMiddleOfAnEpoch() {
    DataLoader loader = new DataLoader(new Counting(20), 3).shuffle(1);
    List<Integer> whole = labels(loader.epoch(4));
    assertThat(labels(loader.epoch(4, 2))).isEqualTo(whole.subList(6, 20));
    assertThat(labels(loader.epoch(4, 7))).isEmpty();
    assertThatThrownBy(() -> loader.epoch(4, 8)).hasMessageContaining("in [0, 7], got 8");
    assertThatThrownBy(() -> loader.epoch(-1)).hasMessageContaining("expected an epoch >= 0");
  }

  @Test
  void batchesBelongToTheInnermostScope() {
    try (Epoch epoch = new DataLoader(new Counting(8), 4).epoch(0)) {
      Tensor x;
      try (var _ = Scope.open()) {
        x = epoch.next().x();
        assertThat(x.isOpen()).isTrue();
      }
      assertThat(x.isOpen()).isFalse();
      try (var _ = Scope.open()) {
        x = epoch.next().x().keep();
      }
      assertThat(x.toFloats()[0]).isEqualTo(4);
      x.close();
    }
  }

  @Test
  void assemblesABoundedNumberAhead() throws InterruptedException {
    Counting dataset = new Counting(100);
    try (Epoch epoch = new DataLoader(dataset, 1).prefetch(3).epoch(0)) {
      epoch.next();
      for (int i = 0; i < 100 && dataset.reads.get() < 4; i++) {
        Thread.sleep(10);
      }
      Thread.sleep(50);
      assertThat(dataset.reads).hasValue(4);
    }
  }

  @Test
  void closesInTheMiddleOfAnEpoch() {
    for (int taken = 0; taken < 5; taken++) {
      Epoch epoch = new DataLoader(new Counting(100), 2).prefetch(4).epoch(0);
      for (int i = 0; i < taken; i++) {
        epoch.next().close();
      }
      epoch.close();
      epoch.close();
      assertThat(epoch.hasNext()).isFalse();
      assertThatThrownBy(epoch::next).hasMessageContaining("the epoch is closed");
      assertThat(context.allocator().metrics().liveBytes()).isZero();
    }
  }

  @Test
  void closesWhileABatchIsBeingAssembled() throws InterruptedException {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    Dataset slow =
        new Counting(10) {
          @Override
          public void read(int index, MemorySegment input, MemorySegment label) {
            reading.countDown();
            try {
              proceed.await();
            } catch (InterruptedException e) {
              throw new AssertionError("the worker must not be interrupted", e);
            }
            super.read(index, input, label);
          }
        };
    Epoch epoch = new DataLoader(slow, 2).epoch(0);
    reading.await();
    Thread.ofVirtual().start(proceed::countDown);
    epoch.close();
    assertThat(context.allocator().metrics().liveBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aFailureOfTheDatasetReachesTheConsumer(int prefetch) {
    Dataset failing =
        new Counting(10) {
          @Override
          public void read(int index, MemorySegment input, MemorySegment label) {
            if (index == 5) {
              throw new IllegalStateException("disk on fire");
            }
            super.read(index, input, label);
          }
        };
    Epoch epoch = new DataLoader(failing, 2).prefetch(prefetch).epoch(3);
    epoch.next().close();
    epoch.next().close();
    assertThatThrownBy(epoch::next)
        .isInstanceOf(DataLoadingException.class)
        .hasMessage("data loader: batch 2 of epoch 3, sample 5: disk on fire")
        .hasRootCauseMessage("disk on fire");
    assertThat(epoch.hasNext()).isFalse();
    assertThatThrownBy(epoch::next).hasMessageContaining("closed");
    assertThat(context.allocator().metrics().liveBytes()).isZero();
  }

  @Test
  void anInterruptedConsumerStops() {
    CountDownLatch never = new CountDownLatch(1);
    Dataset stuck =
        new Counting(10) {
          @Override
          public void read(int index, MemorySegment input, MemorySegment label) {
            try {
              never.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    Epoch epoch = new DataLoader(stuck, 2).epoch(0);
    Thread.currentThread().interrupt();
    Thread.ofVirtual().start(never::countDown);
    assertThatThrownBy(epoch::next).hasMessageContaining("interrupted while waiting");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(epoch.hasNext()).isFalse();
  }

  @Test
  void refusesBadOptions() {
    Dataset dataset = new Counting(1);
    assertThatThrownBy(() -> new DataLoader(dataset, 0)).hasMessageContaining("batch size >= 1");
    assertThatThrownBy(() -> new DataLoader(null, 1)).hasMessageContaining("dataset");
    assertThatThrownBy(() -> new DataLoader(dataset, 1).prefetch(-1))
        .hasMessageContaining("got -1");
  }
}
