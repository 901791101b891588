/** Typed, checked facades over the generated bindings, and the loader of the native libraries. */
package dev.balboa.bindings;
