package dev.balboa.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class PageTest {
  @Test
  void replacesWhatIsBetweenTheMarkers() {
    String page = "before\n" + Page.BEGIN + "\nold\n" + Page.END + "\nafter\n";
    assertThat(Page.replaced(page, "new\n", "page"))
        .isEqualTo("before\n" + Page.BEGIN + "\nnew\n" + Page.END + "\nafter\n");
  }

  @Test
  void refusesAPageWithoutOneOfEach() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Page.replaced("text", "new", "page.md"))
        .withMessageContaining("page.md");
    assertThatIllegalStateException()
        .isThrownBy(() -> Page.replaced(Page.END + Page.BEGIN, "new", "page.md"));
  }
}
