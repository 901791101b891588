package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.memory.Allocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArenaPlanTest {
  private static Buffer needed(long bytes, int first, int last) {
    Buffer b = Buffer.arena(bytes);
    b.needAt(first);
    b.needAt(last);
    return b;
  }

  @Test
  void memoryIsUsedAgainWhenNobodyNeedsIt() {
    List<Buffer> chain =
        List.of(needed(640, 0, 1), needed(640, 1, 2), needed(640, 2, 3), needed(640, 3, 4));
    assertThat(ArenaPlan.place(chain)).isEqualTo(1280);
  }

  @Test
  void sumsThatNoMemoryCouldHoldAreRefusedByTheAllocator() {
    for (long bytes : new long[] {Long.MAX_VALUE - 3, Long.MAX_VALUE / 2 + 1}) {
      long all = ArenaPlan.place(List.of(needed(bytes, 0, 1), needed(bytes, 0, 1)));
      assertThatThrownBy(() -> Allocator.shared().allocate(all))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessageContaining("more than any machine has");
    }
  }

  @Test
  void neighboursInTimeNeverOverlapAndPlacesAreRepeatable() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      List<Buffer> buffers = new ArrayList<>();
      List<Buffer> same = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int first = random.nextInt(30);
        int last = first + random.nextInt(6);
        long bytes = random.nextInt(5000);
        buffers.add(needed(bytes, first, last));
        same.add(needed(bytes, first, last));
      }
      long end = ArenaPlan.place(buffers);
      assertThat(ArenaPlan.place(same)).isEqualTo(end);
      for (int i = 0; i < buffers.size(); i++) {
        Buffer a = buffers.get(i);
        assertThat(a.offset).isEqualTo(same.get(i).offset);
        assertThat(a.offset % 64).isZero();
        assertThat(a.offset + a.bytes).isLessThanOrEqualTo(end);
        for (Buffer b : buffers.subList(0, i)) {
          boolean apart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
          boolean together = a.first <= b.last && b.first <= a.last;
          assertThat(apart || !together || a.bytes == 0 || b.bytes == 0).isTrue();
        }
      }
    }
  }
}
