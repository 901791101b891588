/** What the applications share. */
package dev.balboa.examples.common;
