/// The requests so far, the oldest forgotten when there are too many, and for ever what permissions they needed.
struct RequestLog: Sendable {
    /// In pieces, so that a reader's copy costs the next request little.
    private(set) var pieces: [[RequestRecord]] = []
    private(set) var permissions: Set<UsedPermission> = []
    /// How many there were, those that are forgotten included.
    private(set) var count = 0
    private var bytes = 0

    private static let mostRecords = 20_000
    private static let mostBytes = 128 * 1024 * 1024
    private static let mostPermissions = 50_000
    private static let pieceSize = 256

    mutating func add(_ request: APIRequest, connection: Int, user: String) -> Int {
        forgetIfNeeded()
        let number = count
        count += 1
        bytes += request.body.count
        if (pieces.last?.count ?? Self.pieceSize) >= Self.pieceSize { pieces.append([]) }
        pieces[pieces.count - 1].append(RequestRecord(request, number: number, connection: connection, user: user))
        return number
    }

    mutating func answered(_ number: Int, with code: Int) {
        guard let first = pieces.first?.first?.number, number >= first else { return }
        // Every piece but the last is full.
        let (piece, place) = (number - first).quotientAndRemainder(dividingBy: Self.pieceSize)
        guard pieces.indices.contains(piece), pieces[piece].indices.contains(place) else { return }
        pieces[piece][place].code = code
        note(pieces[piece][place])
    }

    private mutating func note(_ record: RequestRecord) {
        guard !record.resource.isEmpty, permissions.count < Self.mostPermissions else { return }
        permissions.insert(
            UsedPermission(
                user: record.user,
                verb: record.verb,
                group: record.group,
                resource: record.resource,
                subresource: record.subresource,
                namespace: record.namespace,
                name: record.name,
                isRefused: record.code == 403
            )
        )
    }

    private mutating func forgetIfNeeded() {
        guard pieces.count * Self.pieceSize > Self.mostRecords || bytes > Self.mostBytes, pieces.count > 1 else {
            return
        }
        pieces.removeFirst(pieces.count / 2)
        bytes = pieces.reduce(0) { $1.reduce($0) { $0 + $1.body.count } }
    }
}
