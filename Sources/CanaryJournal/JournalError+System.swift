#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension JournalError {
    /// The error for a system call that failed while doing `action` (for example "write the journal") to `path`.
    init(_ failure: SystemFailure, action: String, path: String) {
        let code: Code
        var hint: String?
        switch failure.number {
        case ENOSPC, EDQUOT:
            code = .full
            hint = "free some space there, or choose another folder with --journal"
        case EACCES, EPERM:
            code = .denied
            hint = "check the permissions, or choose another folder with --journal"
        case EROFS:
            code = .denied
            hint = "the file system is read-only; choose another folder with --journal"
        case ENOENT:
            code = .missing
        case EEXIST:
            code = .exists
        case ENOTDIR, EISDIR, ELOOP:
            code = .wrongKind
        case ENAMETOOLONG, EILSEQ:
            code = .invalidName
        case EWOULDBLOCK:
            code = .locked
        case EFBIG:
            code = .tooLarge
            hint = "a limit on file sizes was reached (see 'ulimit -f')"
        default:
            code = .io
        }
        self.init(code, "cannot \(action) '\(path)'", cause: failure.text, hint: hint)
    }
}
