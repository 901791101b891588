package dev.balboa.bindings;

/**
 * A oneDNN call failed. The message names the status, the call, its arguments (shapes, data types,
 * layouts) and the instruction set oneDNN runs on.
 */
public final class DnnlException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The status oneDNN returned. */
  private final DnnlStatus status;

  /** The oneDNN function that failed. */
  private final String call;

  DnnlException(DnnlStatus status, String call, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
    this.call = call;
  }

  static DnnlException of(int code, String call, String details) {
    DnnlStatus status = DnnlStatus.of(code);
    String number = status == DnnlStatus.UNKNOWN ? " " + code : "";
    return new DnnlException(
        status,
        call,
        status.dnnlName() + number + ": " + call + "(" + details + ") on " + Dnnl.effectiveIsa(),
        null);
  }

  /** Returns the status oneDNN returned. */
  public DnnlStatus status() {
    return status;
  }

  /** Returns the name of the oneDNN function that failed. */
  public String call() {
    return call;
  }

  /**
   * Returns an exception whose message starts with {@code context}, such as an op with its shapes.
   */
  public DnnlException withContext(String context) {
    return new DnnlException(status, call, context + ": " + getMessage(), this);
  }
}
