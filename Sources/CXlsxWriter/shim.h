// libxlsxwriter writes workbooks for Excel and LibreOffice.
#include <xlsxwriter.h>
