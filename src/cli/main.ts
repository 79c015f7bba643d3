console.log('sima');
