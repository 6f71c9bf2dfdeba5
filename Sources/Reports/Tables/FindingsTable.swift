import Events
import Figures
import Projections

extension Table {
    /// `findings.csv`: what to ask the source offices.
    static let findings = Table(
        "findings", "数据疑点", "Findings",
        columns: [
            Column("code", .word(FindingCode.allCases.map(\.name)), "代码", "Code", "What was found."),
            Column("log", .word(Log.allCases.map(\.name)), "日志", "Log", "The log of the event."),
            Column("event_id", .code, "事件编号", "Event", "The event's identifier."),
            Column(
                "subject", .code, "对象", "Subject",
                "The child, facility or grant; child@facility for an enrolment; empty for a void. Children are named in findings.csv alone.",
                mayBeEmpty: true),
            Column("occurred_on", .date, "发生日期", "Occurred on", "The event's date."),
        ], key: [], lists: .findings,
        parts: { ($0.projected.findings.count + findingsInPart - 1) / findingsInPart }
    ) { figures, part, writer in
        let findings = figures.projected.findings
        let logs = Log.allCases
        let heads = RowWriter.Cells(FindingCode.allCases.flatMap { code in logs.map { [code.name, $0.name] } })
        findings.forEach(in: (part * findingsInPart)..<min((part + 1) * findingsInPart, findings.count)) { finding, eventID, subject in
            writer.cells(heads, Int(finding.code.rawValue) * logs.count + Int(finding.log.rawValue))
            writer.identifier(eventID)
            writer.identifier(writer.isForTables ? subject : withoutChild(subject, finding.log))
            writer.day(finding.day)
            writer.endRow()
        }
    }
}

private let findingsInPart = 8192

/// The subject as formats other than the CSV file name it: of all that a report holds, only `findings.csv` names children.
private func withoutChild(_ subject: UnsafeBufferPointer<UInt8>, _ log: Log) -> UnsafeBufferPointer<UInt8> {
    let nobody = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    return switch log {
    case .births: nobody
    // `child@facility`; an identifier has no `@`.
    case .enrollments: subject.firstIndex(of: 0x40).map { UnsafeBufferPointer(rebasing: subject[$0...]) } ?? nobody
    case .filings, .subsidies: subject
    }
}
