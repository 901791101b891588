package dev.balboa.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs a test on a backend, in a scope over an allocator of its own with poison and guard bytes,
 * and checks that the test left nothing open.
 */
public final class TestExecution implements BeforeEachCallback, AfterEachCallback {
  private final TestBackend backend;
  private Allocator allocator;
  private Scope scope;
  private Execution.Frame frame;

  /** On the reference backend. */
  public TestExecution() {
    this(TestBackend.REFERENCE);
  }

  /** On this backend. */
  public TestExecution(TestBackend backend) {
    this.backend = backend;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    allocator =
        Allocator.create(
            Allocator.Options.defaults()
                .withPoison(true)
                .withGuardBytes(true)
                .withLeakTracking(true));
    scope = Scope.open(allocator);
    frame = Execution.on(backend.executor());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    frame.close();
    scope.close();
    if (context.getExecutionException().isEmpty()) {
      assertThat(allocator.open()).isEmpty();
      assertThat(allocator.metrics().liveBytes()).isZero();
    }
  }

  /** What the test allocates from. */
  public Allocator allocator() {
    return allocator;
  }
}
