package io.sojourn.node.daemon;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * Who calls, as the kernel knows it: the credentials that a process had when it connected
 * (SO_PEERCRED, unix(7)).
 */
public record Caller(int uid, int pid) {
  /** On the connection. */
  static final Attributes.Key<Caller> CONNECTION = Attributes.Key.create("sojourn-caller");

  private static final Context.Key<Caller> CALL = Context.key("sojourn-caller");

  /** Hands the connection's caller on to each of its calls. */
  static final ServerInterceptor INTERCEPTOR =
      new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
          Context context = Context.current().withValue(CALL, call.getAttributes().get(CONNECTION));
          return Contexts.interceptCall(context, call, headers, next);
        }
      };

  /** In the headers of calls from within this process; see {@link CallsWithin}. */
  static final Metadata.Key<Caller> NAMED =
      Metadata.Key.of(
          "sojourn-caller",
          new Metadata.AsciiMarshaller<Caller>() {
            @Override
            public String toAsciiString(Caller caller) {
              return caller.uid() + ":" + caller.pid();
            }

            @Override
            public Caller parseAsciiString(String text) {
              String[] numbers = text.split(":");
              return new Caller(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
            }
          });

  /** For the server without a socket only: elsewhere anybody could name anybody. */
  static final ServerInterceptor NAMED_INTERCEPTOR =
      new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
          Context context = Context.current().withValue(CALL, headers.get(NAMED));
          return Contexts.interceptCall(context, call, headers, next);
        }
      };

  /** Who has connected to a socket of ours. */
  public static Caller of(DomainSocketChannel channel) {
    try {
      var credentials = ((EpollDomainSocketChannel) channel).peerCredentials();
      return new Caller(credentials.uid(), credentials.pid());
    } catch (IOException closed) {
      throw new UncheckedIOException(closed);
    }
  }

  /** This daemon, which does for a user what it was told to do without being asked again. */
  public static Caller onBehalfOf(int uid) {
    return new Caller(uid, (int) ProcessHandle.current().pid());
  }

  /** The one whose call is being served. */
  static Caller current() {
    return Objects.requireNonNull(CALL.get(), "a call without peer credentials");
  }

  boolean root() {
    return uid == 0;
  }

  /** Root may do everything, others what concerns their own tasks. */
  boolean may(int ownerUid) {
    return root() || uid == ownerUid;
  }
}
