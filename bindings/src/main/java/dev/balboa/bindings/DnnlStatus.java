package dev.balboa.bindings;

/** Status codes of oneDNN ({@code dnnl_status_t}). */
public enum DnnlStatus {
  SUCCESS(0),
  OUT_OF_MEMORY(1),
  INVALID_ARGUMENTS(2),
  UNIMPLEMENTED(3),
  LAST_IMPL_REACHED(4),
  RUNTIME_ERROR(5),
  NOT_REQUIRED(6),
  INVALID_GRAPH(7),
  INVALID_GRAPH_OP(8),
  INVALID_SHAPE(9),
  INVALID_DATA_TYPE(10),
  /** A code this version of the bindings does not know. */
  UNKNOWN(-1);

  private final int code;

  DnnlStatus(int code) {
    this.code = code;
  }

  /** Returns oneDNN's own name, such as {@code dnnl_unimplemented}. */
  public String dnnlName() {
    return "dnnl_" + Names.lower(this);
  }

  static DnnlStatus of(int code) {
    for (DnnlStatus status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    return UNKNOWN;
  }
}
