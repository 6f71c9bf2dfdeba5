import Events
import Figures
import Projections

extension Table {
    /// `archives.csv`: what was read of each archive in the log, and what became of it.
    static func archives(_ context: ReportContext) -> Table {
        Table(
            "archives", "读入的档案", "Archives read",
            columns: [
                Column("number", .integer, "序号", "Number", "The archive's place in the log, from 1; in the last row, 0, all of them."),
                Column("archive", .text, "档案", "Archive", "The archive's base name.", mayBeEmpty: true),
                Column("sha256", .code, "SHA-256", "SHA-256", "The digest of the archive's bytes.", mayBeEmpty: true),
                Column("read", .integer, "读入", "Read", "Non-empty lines read: accepted, duplicates and rejected.", unit: "lines"),
                Column("accepted", .integer, "接受", "Accepted", "Events appended to the log.", unit: "lines"),
                Column(
                    "duplicates", .integer, "重复", "Duplicates", "Events that the log had already, with the same content.", unit: "lines"),
                Column("rejected", .integer, "拒绝", "Rejected", "Lines kept beside the events, with the reason.", unit: "lines"),
            ]
                + RejectReason.allCases.map {
                    Column($0.name, .integer, $0.name, $0.name, "Lines rejected for this reason.", unit: "lines")
                }, key: ["number"]
        ) { _, _, writer in
            func counts(_ batches: [BatchSummary], _ writer: inout RowWriter) {
                func sum(_ part: (BatchSummary) -> Int) -> Int { batches.reduce(0) { $0 + part($1) } }
                writer.integer(sum(\.read))
                writer.integer(sum(\.accepted))
                writer.integer(sum(\.duplicates))
                writer.integer(sum(\.rejected))
                for reason in RejectReason.allCases { writer.integer(sum { $0.rejected(reason.name) }) }
                writer.endRow()
            }
            for (place, batch) in context.batches.enumerated() {
                writer.integer(place + 1)
                writer.text(batch.archive)
                writer.text(batch.digest.description)
                counts([batch], &writer)
            }
            writer.integer(0)
            writer.empty()
            writer.empty()
            counts(context.batches, &writer)
        }
    }

    /// `late.csv`: what records moved that came after the end of D.
    static func late(_ context: ReportContext) -> Table {
        Table(
            "late", "迟报的影响", "What late records moved",
            columns: [
                Column(
                    "measure", .code, "指标", "Measure",
                    "A figure of coverage.csv for the district; or, as late_ and a log, the events about days up to D that were recorded later."
                ),
                Column(
                    "at_end_of_day", .decimal(places: 4), "D 日终所知", "As known at the end of D",
                    "The figure as it was known at the end of D, at +08:00.", mayBeEmpty: true),
                Column("value", .decimal(places: 4), "本报告", "In this report", "The figure as known at the report's K.", mayBeEmpty: true),
                Column(
                    "moved", .decimal(places: 4), "变动", "Moved", "The second less the first; for events, their number.", mayBeEmpty: true),
            ], key: ["measure"]
        ) { figures, _, writer in
            guard let late = context.late else { return }
            for log in Log.allCases {
                writer.text("late_" + log.name)
                writer.empty()
                writer.empty()
                writer.integer(late.events[Int(log.rawValue)])
                writer.endRow()
            }
            for figure in LateRecords.headlines {
                let move = LateMove(figure, late, figures.asOf)
                writer.text(figure.name)
                writer.printed(move.then)
                writer.printed(move.now)
                writer.printed(move.moved)
                writer.endRow()
            }
        }
    }
}

extension BatchSummary {
    /// Lines rejected for a reason.
    func rejected(_ reason: String) -> Int { rejects.reduce(0) { $0 + ($1.reason == reason ? $1.count : 0) } }
}

extension LateRecords {
    /// The figures of the district that are compared.
    static let headlines: [Figure] = [
        "under3", "facilities", "facilities_filed", "places", "places_filed", "enrolled", "enrolled_residents", "waitlisted_residents",
        "vacant", "demand", "gap", "coverage_rate", "places_per_1000", "utilisation", "enrolment_rate", "inclusive_share", "filing_rate",
        "communities_served", "granted", "paid", "recovered",
    ].compactMap { FigureCatalog.figure(named: $0) }
}

/// A figure of the district as known at the end of D, and as known now.
struct LateMove {
    let then: Printed?
    let now: Printed?

    init(_ figure: Figure, _ late: LateRecords, _ cut: CutFigures) {
        then = late.figures.printed(figure, of: 0)
        now = cut.printed(figure, of: 0)
    }

    var moved: Printed? {
        guard let then, let now else { return nil }
        return Printed(units: now.units - then.units, places: now.places)
    }
}
