import CCurl
import Glibc

/// A libcurl multi handle: the connections and the transfers that share them.
///
/// Unchecked because only `wake` may be called from any thread (libcurl promises that); everything else is called on
/// the thread of the `CurlThread` that owns the handle, and `free` is its last act.
struct MultiHandle: @unchecked Sendable {
    private let pointer: UnsafeMutableRawPointer

    /// Makes a handle that keeps at most the given number of idle connections; nil if libcurl has no memory.
    init?(maximumIdleConnections: Int) {
        guard Self.isLibraryReady, let pointer = curl_multi_init() else {
            return nil
        }
        self.pointer = pointer
        _ = canary_curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, maximumIdleConnections)
    }

    /// Ends the wait that runs now or, if none does, the next one.
    func wake() {
        _ = curl_multi_wakeup(pointer)
    }

    /// Waits for sockets, a timer of libcurl, `wake`, or the time given.
    func wait(milliseconds: Int32) {
        if curl_multi_poll(pointer, nil, 0, milliseconds, nil) != CURLM_OK {
            // Out of memory or descriptors: wait a little, so that the loop cannot spin until that passes.
            _ = poll(nil, 0, 10)
        }
    }

    func add(_ easy: UnsafeMutableRawPointer) -> CURLMcode {
        curl_multi_add_handle(pointer, easy)
    }

    func remove(_ easy: UnsafeMutableRawPointer) {
        _ = curl_multi_remove_handle(pointer, easy)
    }

    /// Does all work that is ready; the callbacks of transfers run inside.
    func perform() -> CURLMcode {
        var running: Int32 = 0
        return curl_multi_perform(pointer, &running)
    }

    /// The next transfer that ended, with its result.
    func nextFinished() -> (easy: UnsafeMutableRawPointer, result: CURLcode)? {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(pointer, &remaining) {
            if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
                return (easy, message.pointee.data.result)
            }
        }
        return nil
    }

    /// Closes all connections. The handle must not be used afterwards.
    func free() {
        _ = curl_multi_cleanup(pointer)
    }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
