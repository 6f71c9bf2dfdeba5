// Streams of the C library whose writing failed unnoticed.
#ifndef CSTREAMS_H
#define CSTREAMS_H

// Forgets what failed in this thread.
void tuowei_streams_begin(void);

// The errno of the first failure of a rewound stream in this thread since the beginning; 0: none.
int tuowei_streams_failure(void);

#endif
