console.log('seen by nobody');
